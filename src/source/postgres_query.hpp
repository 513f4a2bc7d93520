// A query of a PostgreSQL database.
#pragma once

#include "database/postgres.hpp"
#include "source/query_rows.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {

/// One statement in a transaction that may read alone: rows come as the server sends them, and none is kept.
class postgres_query final : public query_rows {
public:
    /// `conninfo`: for libpq. `name`: the query's, for messages. Throws as `open_query` does.
    postgres_query(const std::string& conninfo, std::string name, const std::string& query);

    const std::vector<std::string>& columns() const noexcept override { return columns_; }
    bool next(std::vector<std::string_view>& values) override;

private:
    std::string name_;
    std::optional<database::postgres_connection> connection_;
    std::optional<database::postgres_result>
        row_;  ///< the one that `next` gives; at first the one read ahead
    std::vector<std::string> columns_;
    bool is_read_ahead_ = false;
    bool is_at_end_ = false;
};

}  // namespace cardresolver::source
