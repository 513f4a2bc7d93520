// A query of an SQLite database.
#pragma once

#include "database/sqlite.hpp"
#include "source/query_rows.hpp"

namespace cardresolver::source {

/// The database is opened for reading alone, and seen as it was at the first row, whatever others write
/// meanwhile.
class sqlite_query final : public query_rows {
public:
    /// Throws as `open_query` does.
    sqlite_query(const std::string& file, const std::string& query);

    const std::vector<std::string>& columns() const noexcept override { return columns_; }
    bool next(std::vector<std::string_view>& values) override;

private:
    std::optional<database::sqlite_connection> connection_;
    std::optional<database::sqlite_statement> statement_;
    std::vector<std::string> columns_;
    bool is_at_end_ = false;
};

}  // namespace cardresolver::source
