// How a database is named on the command line: `sqlite:FILE?table=T`, `postgresql://…?query=SELECT …`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::database {

/// Where rows go if no table is named.
inline constexpr std::string_view default_table = "cardresolver_rows";
/// Where the runs into a database are kept.
inline constexpr std::string_view runs_table = "cardresolver_runs";
/// What an SQLite database's file begins with (https://www.sqlite.org/fileformat.html, 1.3).
inline constexpr std::string_view sqlite_magic{"SQLite format 3\0", 16};

enum class database_kind { sqlite, postgresql };

/// A database, and what of it is meant.
struct database_url {
    database_kind kind = database_kind::sqlite;
    /// SQLite: the file, as it was written. PostgreSQL: the URL without our parameters, for libpq; it may
    /// hold a password.
    std::string place;
    std::string name;                  ///< the place for messages: without parameters and password
    std::optional<std::string> table;  ///< `table=`, decoded
    std::optional<std::string> query;  ///< `query=`, decoded
};

/// Whether `text` names a database, by its scheme, and no file.
bool is_database_url(std::string_view text) noexcept;

/// Parameters follow the first `?` (PostgreSQL: the first behind the user), divided by `&`; the values of
/// ours are percent-decoded, and a `+` is a plus. Nothing, and `why` (what is wrong and what to do), where it
/// cannot be read.
std::optional<database_url> parse_database_url(std::string_view text, std::string& why);

/// A database's URL for messages and reports, without its password and libpq's parameters; all else as it is.
std::string without_password(std::string_view target);

/// Whether it is the URL of a database and there is a password in it.
bool holds_database_password(std::string_view target) noexcept;

/// Whether a query says in which order its rows come: ORDER BY stands in it, in any case.
bool names_an_order(std::string_view query) noexcept;

}  // namespace cardresolver::database
