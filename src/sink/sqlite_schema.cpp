#include "sink/sqlite_schema.hpp"

#include "database/database_url.hpp"
#include "sink/compact_row.hpp"
#include "sink/descriptor.hpp"
#include "sink/output.hpp"
#include "sink/row_format.hpp"

#include <algorithm>

namespace cardresolver::sink {
namespace {

using database::quote_identifier;
using database::sqlite_connection;
using error_kind = output_error::error_kind;

const std::vector<std::string_view> runs_columns{"run_id",     "table_name",  "settings", "input",
                                                 "started_at", "finished_at", "progress"};

/// SQLite gives a column one of five affinities by the words in its type; two of them leave a text as it is.
bool keeps_texts(std::string type) {
    std::transform(type.begin(), type.end(), type.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    const auto has = [&type](const char* word) { return type.find(word) != std::string::npos; };
    if (has("INT")) return false;
    return type.empty() || has("CHAR") || has("CLOB") || has("TEXT") || has("BLOB");
}

bool is_same_name(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [lower](char x, char y) { return lower(x) == lower(y); });
}

std::string list(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

/// Of a row: run_id, the list's own, ours.
std::vector<std::string_view> columns_of(const std::vector<std::string>& kept) {
    std::vector<std::string_view> columns{"run_id"};
    columns.insert(columns.end(), kept.begin(), kept.end());
    columns.insert(columns.end(), row_columns.begin(), row_columns.end());
    return columns;
}

}  // namespace

sqlite_schema::sqlite_schema(sqlite_connection& connection, std::string database, std::string table)
    : connection_(connection),
      database_(std::move(database)),
      table_(std::move(table)),
      quoted_table_(quote_identifier(table_)) {}

std::string_view sqlite_schema::runs_name() noexcept {
    return database::runs_table;
}

std::string sqlite_schema::runs() {
    return quote_identifier(database::runs_table);
}

bool sqlite_schema::has_table(std::string_view name) {
    auto query = connection_.prepare("SELECT 1 FROM pragma_table_info(?)");
    query.bind_text(0, name);
    return query.step();
}

void sqlite_schema::require_columns(std::string_view table, const std::vector<std::string_view>& columns) {
    std::vector<std::string> missing;
    std::vector<std::string> numeric;
    for (const auto column : columns) {
        auto query =
            connection_.prepare("SELECT type FROM pragma_table_info(?) WHERE name = ? COLLATE NOCASE");
        query.bind_text(0, table);
        query.bind_text(1, column);
        if (!query.step()) {
            missing.emplace_back(column);
        } else if (column != "line" && !keeps_texts(std::string(query.text(0)))) {
            numeric.emplace_back(column);
        }
    }
    const auto what = database_ + ": the table " + show_path(table);
    if (!missing.empty())
        throw output_error(error_kind::cannot_create,
                           what + " lacks the columns " + list(missing) + "; name another by ?table=");
    if (!numeric.empty())
        throw output_error(error_kind::cannot_create,
                           what + " would make numbers of the texts in " + list(numeric) +
                               "; make these columns TEXT, or name another table by ?table=");
}

void sqlite_schema::require_key() {
    auto query = connection_.prepare("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk");
    query.bind_text(0, table_);
    std::vector<std::string> key;
    while (query.step())
        key.emplace_back(query.text(0));
    if (key.size() == 2 && is_same_name(key[0], "run_id") && is_same_name(key[1], "line")) return;
    refuse_rows_table(" has not the primary key (run_id, line)");
}

/// One of more columns than the key keeps no row out that the key lets in.
void sqlite_schema::require_no_other_key() {
    auto query = connection_.prepare(
        "SELECT one.name FROM pragma_index_list(?) one WHERE one.\"unique\" AND one.origin <> 'pk' AND"
        " (SELECT count(*) FROM pragma_index_info(one.name) WHERE lower(name) IN ('run_id', 'line')) < 2");
    query.bind_text(0, table_);
    if (query.step())
        refuse_rows_table(" has another key, the UNIQUE index " + std::string(query.text(0)) +
                          ", but rows may be alike");
}

void sqlite_schema::require_values(const std::vector<std::string_view>& columns) {
    const auto is_in = [](const auto& list, std::string_view name) {
        return std::any_of(list.begin(), list.end(),
                           [name](std::string_view one) { return is_same_name(one, name); });
    };
    auto query = connection_.prepare(
        "SELECT name, upper(coalesce(dflt_value, 'NULL')) = 'NULL' FROM pragma_table_info(?) WHERE "
        "\"notnull\"");
    query.bind_text(0, table_);
    while (query.step()) {
        const std::string name(query.text(0));
        if (is_in(nullable_columns, name))
            refuse_rows_table(": its column " + name + " is NOT NULL, but a row may have none");
        if (query.number(1) != 0 && !is_in(columns, name))
            refuse_rows_table(": its column " + name + " is NOT NULL and would have no value",
                              "give it a default, or name another table by ?table=");
    }
}

void sqlite_schema::refuse_rows_table(const std::string& why, const char* advice) const {
    throw output_error(error_kind::cannot_create,
                       database_ + ": the table " + show_path(table_) + why + "; " + advice);
}

void sqlite_schema::require_runs() {
    require_columns(database::runs_table, runs_columns);
}

void sqlite_schema::require_rows(const std::vector<std::string>& kept) {
    const auto columns = columns_of(kept);
    require_columns(table_, columns);
    require_key();
    require_no_other_key();
    require_values(columns);
}

void sqlite_schema::make_runs() {
    connection_.execute(
        "CREATE TABLE IF NOT EXISTS " + runs() +
        " (run_id TEXT NOT NULL PRIMARY KEY, table_name TEXT NOT NULL, settings TEXT NOT NULL,"
        " input TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, progress TEXT NOT NULL)");
}

void sqlite_schema::make_rows(const std::vector<std::string>& kept) {
    std::string columns;
    for (const auto column : columns_of(kept)) {
        const bool is_key = column == "run_id" || column == "line";
        columns += quote_identifier(column) + (column == "line" ? " INTEGER" : " TEXT") +
                   (is_key ? " NOT NULL" : "") + ", ";
    }
    connection_.execute("CREATE TABLE IF NOT EXISTS " + quoted_table_ + " (" + columns +
                        "PRIMARY KEY (run_id, line)) WITHOUT ROWID");
    require_rows(kept);
}

database::sqlite_statement sqlite_schema::prepare_insert(const std::vector<std::string>& kept) {
    std::string columns;
    std::string values;
    for (const auto column : columns_of(kept)) {
        columns += (columns.empty() ? "" : ", ") + quote_identifier(column);
        values += values.empty() ? "?" : ", ?";
    }
    return connection_.prepare("INSERT OR ABORT INTO " + quoted_table_ + " (" + columns + ") VALUES (" +
                               values + ")");
}

}  // namespace cardresolver::sink
