// The rows of a query as the records of a list.
#pragma once

#include "source/list_beginning.hpp"
#include "source/list_reader.hpp"
#include "source/query_rows.hpp"

#include <memory>
#include <string>
#include <vector>

namespace cardresolver::source {

/// Record n is row n. To the parts behind it, it is a CSV with a header; what is kept of a record is a line
/// of that. A query cannot be entered in its middle: who comes back reads it again, and it must give the
/// same.
class query_list final : public list_reader {
public:
    /// See `input`.
    query_list(const input_settings& settings, const input_resumption& resumption);

    bool read(record_block& block) override;
    const list_columns& columns() const noexcept override { return columns_; }
    bool is_known_list() const noexcept override { return beginning_.is_as_expected(); }
    std::optional<std::uint64_t> size() const noexcept override { return std::nullopt; }

private:
    void add(record_block& block);
    void keep_values();

    std::string name_;
    std::unique_ptr<query_rows> rows_;
    list_columns columns_;
    std::size_t number_column_ = 0;
    bool keeps_records_;
    list_beginning beginning_;
    std::uint64_t row_ = 0;                 ///< the last one that was read, from 1
    std::vector<std::string_view> values_;  ///< of it
    std::string kept_;                      ///< it as a line of CSV
};

}  // namespace cardresolver::source
