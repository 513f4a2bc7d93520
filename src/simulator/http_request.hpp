// Reads one HTTP/1.1 request out of bytes. Strict: a client that sends anything odd shall hear of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cardresolver::simulator {

inline constexpr std::size_t head_limit = 16'384;
inline constexpr std::size_t body_limit = 65'536;

/// The parts of a request; views into the bytes it was read from.
struct http_request {
    std::string_view method;
    std::string_view path;
    std::string_view query;  ///< without the question mark
    std::string_view body;
    bool keep_alive = true;
    bool has_form = false;  ///< the Content-Type is that of a form
};

enum class parse_state : std::uint8_t {
    incomplete,  ///< more bytes are needed
    complete,    ///< one request, maybe followed by another
    malformed,   ///< answer 400 and close: where the request ends is not known
};

/// What the bytes at hand are.
struct parse_result {
    parse_state state = parse_state::incomplete;
    bool expects_continue = false;  ///< the head is complete and the client waits for `100 Continue`
    std::size_t consumed = 0;       ///< bytes of the complete request
    http_request request;
};

/// Reads the request at the start of `input`. Refused: a head over `head_limit`, a body over `body_limit`,
/// bare LF, folded lines, control characters, no or two Hosts (RFC 9112 section 3.2), any Transfer-Encoding,
/// repeated or odd Content-Length (section 6.3). A target in absolute form loses scheme and authority.
parse_result parse_request(std::string_view input) noexcept;

}  // namespace cardresolver::simulator
