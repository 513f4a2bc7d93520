// postgresql://…?table=T or ?query=…: what is ours in it, and what is libpq's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::database {

/// Whether TARGET or INPUT names a PostgreSQL database.
bool is_postgres_url(std::string_view text) noexcept;

/// A database URL, taken apart. Pure.
struct postgres_url {
    std::string conninfo;  ///< without our parameters: for libpq alone, it may hold a password
    std::string name;      ///< for messages: user, host, port and database, no parameter, no password
    std::optional<std::string> table;  ///< decoded: `name` or `schema.name`
    std::optional<std::string> query;  ///< decoded
};

/// `text` begins with postgresql: or postgres:. A `%` that begins no escape stands for itself in our own
/// parameters; `+` always does.
postgres_url parse_postgres_url(std::string_view text);

/// Whether there is a password in it: before the host, or as a parameter.
bool holds_postgres_password(std::string_view text) noexcept;

}  // namespace cardresolver::database
