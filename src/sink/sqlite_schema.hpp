// The two tables of a run in an SQLite database: made, or checked.
#pragma once

#include "database/sqlite.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::sink {

/// Throws `database::sqlite_error`, and `output_error` (cannot_create) where a table has another shape.
/// `kept`: names of the list's own columns.
class sqlite_schema {
public:
    /// `connection` outlives it. `database`: what messages call it. `table`: for the rows.
    sqlite_schema(database::sqlite_connection& connection, std::string database, std::string table);

    bool has_runs() { return has_table(runs_name()); }
    void require_runs();
    void make_runs();

    bool has_rows() { return has_table(table_); }
    /// The columns of a row, those for texts without a type that would make numbers of them, and the key; and
    /// no rule that would keep rows out: NOT NULL, where there may be nothing, or another key.
    void require_rows(const std::vector<std::string>& kept);
    /// Made where it is missing, and checked.
    void make_rows(const std::vector<std::string>& kept);
    /// Parameters: run_id, `kept`, `row_columns`. A row that breaks a rule of the table is an error, also
    /// where the rule would have it ignored, or others replaced.
    database::sqlite_statement prepare_insert(const std::vector<std::string>& kept);

    /// In quotes.
    const std::string& rows() const noexcept { return quoted_table_; }
    static std::string runs();

private:
    static std::string_view runs_name() noexcept;
    bool has_table(std::string_view name);
    void require_columns(std::string_view table, const std::vector<std::string_view>& columns);
    void require_key();
    void require_no_other_key();
    void require_values(const std::vector<std::string_view>& columns);
    [[noreturn]] void refuse_rows_table(const std::string& why,
                                        const char* advice = "name another by ?table=") const;

    database::sqlite_connection& connection_;
    std::string database_;
    std::string table_;
    std::string quoted_table_;
};

}  // namespace cardresolver::sink
