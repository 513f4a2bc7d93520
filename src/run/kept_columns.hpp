// The input's own columns as rows begin with them (`--keep-columns`). Pure.
#pragma once

#include "sink/row_format.hpp"
#include "source/input.hpp"
#include "source/ndjson_members.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::run {

/// Throws `input_error` (mismatch) where records of such a list cannot stand in such rows: NDJSON objects
/// name their fields one by one, while a CSV has to name its columns before the first row.
void require_keepable(const source::list_columns& list, sink::output_format rows);

/// Makes the front of a row out of a record. A CSV's fields keep their values, not their quotes; NDJSON's
/// values stay as they are written. A column with the name of one of a row's own becomes `input_NAME`, and
/// `input_input_NAME` where there is such a one, too; so does, in NDJSON rows, a second one of its name. A
/// CSV without a header has `input_1`, `input_2`, and so on. A plain list has no columns. In rows to a
/// database, where capitals make no difference and `run_id` is ours as well, a second column of a name
/// becomes `input_NAME`, too, and one without a name `input_` and its place.
class kept_columns {
public:
    /// Throws as `require_keepable` does.
    kept_columns(const source::list_columns& list, sink::output_format rows);

    /// One by one, as they are in rows.
    const std::vector<std::string>& column_names() const noexcept { return names_; }
    /// For the header of CSV rows, and of those to a database (see `sink::append_header`).
    std::string names() const;

    /// Appends the front of one row (see `sink::append_row`). `record`: its whole text, empty where it could
    /// not be read. Of a CSV, fields that are missing are empty, and those beyond the header are left out.
    void append(std::string& out, std::string_view record);

private:
    void append_fields(std::string& out, std::string_view record);
    void append_field(std::string& out, std::size_t column, std::string_view text) const;
    void append_members(std::string& out, std::string_view object);
    std::string name_of(std::string_view quoted_name) const;

    source::list_columns list_;
    sink::output_format rows_;
    std::vector<std::string> names_;
    std::string field_;
    std::vector<source::json_member> members_;
};

}  // namespace cardresolver::run
