// What PostgreSQL complains of, and what that means for whoever asked.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cardresolver::database {

/// What to do about a complaint.
enum class postgres_trouble : std::uint8_t {
    lost,     ///< the connection is gone, or was never there: whether the last COMMIT took place is unknown
    passing,  ///< the server is there and refuses for now: the same transaction may succeed later
    refused,  ///< it would be refused again: a person must do something
    ended     ///< who waits for the server was told to stop; the connection is of no more use
};

/// What the server or libpq says, in one line, without the values of any row. `sqlstate`: five characters, or
/// empty where libpq itself complains.
class postgres_error : public std::runtime_error {
public:
    postgres_error(postgres_trouble what, std::string state, const std::string& why)
        : std::runtime_error(why), trouble(what), sqlstate(std::move(state)) {}
    postgres_trouble trouble;
    std::string sqlstate;
    std::uint64_t copy_line = 0;  ///< which line of a COPY is meant, from 1; 0: none in particular
};

/// Of an error that the server reports with SQLSTATE `sqlstate` (see PostgreSQL's appendix A). Pure.
postgres_trouble classify_sqlstate(std::string_view sqlstate) noexcept;

/// The line of a COPY, from 1, that a server's "context" of an error names; 0 where it names none, or says it
/// in another language. Pure.
std::uint64_t parse_copy_line(std::string_view context) noexcept;

/// What libpq says of a connection that did not come about, at the verbosity PQERRORS_VERBOSE; such a
/// complaint has its SQLSTATE in its text alone.
struct connection_complaint {
    std::string sqlstate;  ///< empty: the complaint does not come from a server
    std::string text;      ///< one line
};

/// Of several hosts, the last one's SQLSTATE. Pure.
connection_complaint parse_connection_complaint(std::string_view message);

/// Of a connection that did not come about. `needs_password`: libpq has none. Pure.
postgres_trouble classify_complaint(const connection_complaint& complaint, bool needs_password) noexcept;

}  // namespace cardresolver::database
