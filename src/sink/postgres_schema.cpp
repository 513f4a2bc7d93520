#include "sink/postgres_schema.hpp"

#include "database/database_url.hpp"
#include "sink/compact_row.hpp"
#include "sink/descriptor.hpp"
#include "sink/output.hpp"
#include "sink/row_format.hpp"

#include <algorithm>
#include <array>

namespace cardresolver::sink {
namespace {

using database::postgres_connection;
using database::postgres_value;

constexpr std::array<std::string_view, 9> runs_columns{"run_id",   "table_name", "settings",
                                                       "input",    "started_at", "finished_at",
                                                       "progress", "sequence",   "writer"};

template <class List>
bool contains(const List& list, std::string_view one) {
    return std::find(list.begin(), list.end(), one) != list.end();
}

std::string quote(std::string_view name) {
    return postgres_connection::quote_name(name);
}

bool exists(postgres_connection& connection, std::string_view table) {
    const std::array<postgres_value, 1> name{table};
    return !connection.execute("SELECT to_regclass($1)", name).is_null(0, 0);
}

struct table_column {
    std::string name;
    std::string type;  ///< as PostgreSQL writes it
    bool is_text;      ///< of any length
    bool is_required;
    bool has_default;
};

std::vector<table_column> columns_in(postgres_connection& connection, std::string_view table) {
    const std::array<postgres_value, 1> name{table};
    const auto found = connection.execute(
        // Neither the type `name`, which cuts off, nor char, which does not tell trailing blanks apart; and
        // so for what is made of them.
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.typcategory = 'S' AND a.atttypmod = -1"
        " AND t.typtypmod = -1 AND coalesce(b.typname, t.typname) NOT IN ('name', 'bpchar'),"
        " a.attnotnull, a.atthasdef OR a.attidentity <> '' FROM pg_attribute a"
        " JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype"
        " WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped",
        name);
    std::vector<table_column> columns;
    columns.reserve(static_cast<std::size_t>(found.rows()));
    for (int i = 0; i < found.rows(); ++i)
        columns.push_back({std::string(found.text(i, 0)), std::string(found.text(i, 1)),
                           found.text(i, 2) == "t", found.text(i, 3) == "t", found.text(i, 4) == "t"});
    return columns;
}

/// PostgreSQL cuts longer ones off, and two may become one.
constexpr std::size_t longest_name = 63;

bool holds(const table_column& column) {
    if (column.name == "line") return column.type == "bigint" || column.type == "numeric";
    return column.is_text || (column.name == "run_id" && column.type == "uuid");
}

}  // namespace

postgres_schema::postgres_schema(std::string database, std::string_view table)
    : database_(std::move(database)) {
    const auto dot = table.find('.');
    if (dot != std::string_view::npos) schema_ = table.substr(0, dot);
    table_ = table.substr(dot == std::string_view::npos ? 0 : dot + 1);
}

void postgres_schema::locate(postgres_connection& connection) {
    if (schema_.empty()) {
        const auto quoted = quote(table_);
        const std::array<postgres_value, 1> name{quoted};
        const auto found = connection.execute(
            "SELECT coalesce((SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.oid = to_regclass($1)), current_schema())",
            name);
        if (found.is_null(0, 0)) refuse("there is no schema to make it in; name one by ?table=schema.name");
        schema_ = found.text(0, 0);
    }
    if (schema_.size() > longest_name || table_.size() > longest_name)
        refuse("a name of more than 63 bytes; name another by ?table=");
    rows_ = quote(schema_) + "." + quote(table_);
    runs_ = quote(schema_) + "." + quote(database::runs_table);
}

void postgres_schema::refuse(const std::string& why) const {
    throw output_error(output_error::error_kind::cannot_create,
                       database_ + ": the table " + show_path(table_) + ": " + why);
}

/// Of a row: run_id, the list's own, ours.
std::vector<std::string> postgres_schema::columns_of(const std::vector<std::string>& kept) const {
    std::vector<std::string> columns{"run_id"};
    columns.insert(columns.end(), kept.begin(), kept.end());
    columns.insert(columns.end(), row_columns.begin(), row_columns.end());
    for (const auto& name : columns) {
        if (name.size() > longest_name)
            refuse("the name of the column " + show_path(name) +
                   " has more than 63 bytes; shorten it in the list");
    }
    return columns;
}

bool postgres_schema::has_runs(postgres_connection& connection) const {
    return exists(connection, runs_);
}

bool postgres_schema::has_rows(postgres_connection& connection) const {
    return exists(connection, rows_);
}

/// Looked for first: who may use a table need not have the right to make one.
void postgres_schema::make_runs(postgres_connection& connection) const {
    if (has_runs(connection)) return require_runs(connection);
    connection.execute(
        "CREATE TABLE " + runs_ +
        " (run_id text NOT NULL PRIMARY KEY, table_name text NOT NULL, settings text NOT NULL,"
        " input text NOT NULL, started_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz,"
        " progress text NOT NULL, sequence bigint NOT NULL, writer text NOT NULL)");
}

void postgres_schema::require_runs(postgres_connection& connection) const {
    const auto there = columns_in(connection, runs_);
    for (const auto wanted : runs_columns) {
        const bool is_there = std::any_of(there.begin(), there.end(),
                                          [wanted](const table_column& one) { return one.name == wanted; });
        if (is_there) continue;
        throw output_error(output_error::error_kind::cannot_create,
                           database_ + ": the table " + show_path(database::runs_table) +
                               " lacks the column " + std::string(wanted) + ", it is not one of ours");
    }
    require_rights(connection, runs_, database::runs_table, {"SELECT", "INSERT", "UPDATE", "DELETE"});
}

void postgres_schema::require_rows(postgres_connection& connection,
                                   const std::vector<std::string>& kept) const {
    const auto wanted = columns_of(kept);
    const auto there = columns_in(connection, rows_);
    for (const auto& name : wanted) {
        const auto found = std::find_if(there.begin(), there.end(),
                                        [&name](const table_column& one) { return one.name == name; });
        if (found == there.end()) refuse("lacks the column " + name + "; name another by ?table=");
        if (!holds(*found))
            refuse("its column " + name + " is " + found->type + "; make it " +
                   (name == "line" ? "bigint" : "text") + ", or name another table by ?table=");
        if (found->is_required && contains(nullable_columns, name))
            refuse("its column " + name + " is NOT NULL, but a row may have none; name another by ?table=");
    }
    for (const auto& one : there) {
        if (one.is_required && !one.has_default && !contains(wanted, one.name))
            refuse("its column " + one.name + " is NOT NULL and would have no value; give it a default");
    }
    require_key(connection);
    require_rights(connection, rows_, table_, {"SELECT", "INSERT", "DELETE"});
    const std::array<postgres_value, 1> name{rows_};
    if (connection.execute("SELECT row_security_active($1)", name).text(0, 0) == "t")
        refuse("has row-level security, under which COPY adds no rows; name another by ?table=");
}

void postgres_schema::require_rights(postgres_connection& connection, std::string_view quoted,
                                     std::string_view table,
                                     std::initializer_list<std::string_view> rights) const {
    for (const auto right : rights) {
        const std::array<postgres_value, 2> values{quoted, right};
        if (connection.execute("SELECT has_table_privilege($1, $2)", values).text(0, 0) == "t") continue;
        throw output_error(output_error::error_kind::cannot_create,
                           database_ + ": the user has not the right " + std::string(right) +
                               " on the table " + show_path(table) + "; see GRANT");
    }
}

void postgres_schema::require_key(postgres_connection& connection) const {
    const std::array<postgres_value, 1> name{rows_};
    const auto keys = connection.execute(
        "SELECT 1 FROM pg_index i WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indpred IS NULL"
        " AND i.indnkeyatts = 2 AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = i.indrelid"
        " AND a.attname IN ('run_id', 'line') AND a.attnum = ANY ((i.indkey::int2[])[0:1])) = 2",
        name);
    if (keys.rows() == 0) refuse("has not the key (run_id, line); name another by ?table=");
}

void postgres_schema::make_rows(postgres_connection& connection, const std::vector<std::string>& kept) const {
    if (!has_rows(connection)) {
        std::string columns;
        for (const auto& column : columns_of(kept)) {
            const bool is_key = column == "run_id" || column == "line";
            columns +=
                quote(column) + (column == "line" ? " bigint" : " text") + (is_key ? " NOT NULL, " : ", ");
        }
        connection.execute("CREATE TABLE " + rows_ + " (" + columns + "PRIMARY KEY (run_id, line))");
    }
    require_rows(connection, kept);
}

std::string postgres_schema::copy_statement(const std::vector<std::string>& kept) const {
    std::string columns;
    for (const auto& column : columns_of(kept))
        columns += (columns.empty() ? "" : ", ") + quote(column);
    return "COPY " + rows_ + " (" + columns + ") FROM STDIN";
}

}  // namespace cardresolver::sink
