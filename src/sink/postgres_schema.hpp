// The two tables of a run in a PostgreSQL database: made, or checked.
#pragma once

#include "database/postgres.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::sink {

/// Throws `database::postgres_error`, and `output_error` (cannot_create) where a table has another shape.
/// `kept`: names of the list's own columns.
class postgres_schema {
public:
    /// `database`: what messages call it. `table`: `name` or `schema.name`, taken as they are written.
    postgres_schema(std::string database, std::string_view table);

    /// Finds out where the tables are, or belong: beside a table of that name, where the search path leads to
    /// one. Before all else.
    void locate(database::postgres_connection& connection);

    bool has_runs(database::postgres_connection& connection) const;
    void make_runs(database::postgres_connection& connection) const;
    void require_runs(database::postgres_connection& connection) const;

    bool has_rows(database::postgres_connection& connection) const;
    /// The columns of a row, their types, the key, and the rights on it.
    void require_rows(database::postgres_connection& connection, const std::vector<std::string>& kept) const;
    /// Made where it is missing, and checked.
    void make_rows(database::postgres_connection& connection, const std::vector<std::string>& kept) const;

    /// COPY … FROM STDIN for run_id, `kept` and `row_columns`.
    std::string copy_statement(const std::vector<std::string>& kept) const;

    /// With their schema, in quotes.
    const std::string& rows() const noexcept { return rows_; }
    const std::string& runs() const noexcept { return runs_; }
    /// The table for the rows, without its schema.
    const std::string& table() const noexcept { return table_; }

private:
    std::vector<std::string> columns_of(const std::vector<std::string>& kept) const;
    void require_rights(database::postgres_connection& connection, std::string_view quoted,
                        std::string_view table, std::initializer_list<std::string_view> rights) const;
    void require_key(database::postgres_connection& connection) const;
    [[noreturn]] void refuse(const std::string& why) const;

    std::string database_;
    std::string schema_;  ///< empty before `locate`, where none is named
    std::string table_;
    std::string rows_;
    std::string runs_;
};

}  // namespace cardresolver::sink
