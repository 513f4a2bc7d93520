// postgresql://…?table=T or ?query=…: what is ours in it, and what is libpq's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::database {

/// Whether TARGET or INPUT names a PostgreSQL database.
bool is_postgres_url(std::string_view text) noexcept;

/// A database URL, taken apart. Pure.
struct postgres_url {
    std::string conninfo;  ///< without our parameters: for libpq alone, it may hold a password
    /// For messages: user, host, port and database, no parameter, no password. Where it cannot be told what
    /// is the password's, nothing behind the first colon or question mark.
    std::string name;
    /// `table=…` and `query=…`, undecoded, as they come; they refer to the text.
    std::vector<std::string_view> own_parameters;
    /// An `@` where libpq looks for hosts or a database, or a port that is no number: what libpq complains of
    /// then may be a piece of a password.
    bool is_odd = false;
};

/// `text` begins with postgresql: or postgres:.
postgres_url parse_postgres_url(std::string_view text);

/// Whether there is a password in it: before the host, or as a parameter; or what may be one.
bool holds_postgres_password(std::string_view text) noexcept;

}  // namespace cardresolver::database
