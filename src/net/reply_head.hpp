// The head of a reply, read strictly. Two readers that disagree on where a reply ends are how one request
// gets the reply of another, so whatever has two meanings is refused, also where RFC 9112 would let a
// recipient repair it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cardresolver::net {

/// What a head says. The views point into the text that was read.
struct reply_head {
    unsigned status = 0;
    bool http_1_0 = false;
    bool chunked = false;
    bool says_close = false;       ///< Connection: close
    bool says_keep_alive = false;  ///< Connection: keep-alive
    std::optional<std::uint64_t> content_length;
    std::string_view retry_after;
    std::string_view date;
    std::string_view content_encoding;

    /// RFC 9112 section 9.3.
    bool keeps_connection() const noexcept { return !says_close && (!http_1_0 || says_keep_alive); }
};

/// Reads a whole head, from the status line to the empty line inclusive. Nothing: `out` holds it. Otherwise
/// what is wrong with it, for people.
///
/// Refused: bare CR or LF, NUL and other control characters, folded lines, blanks before the colon
/// (RFC 9112 sections 2.2, 5.1, 5.2); a status below 100; Content-Length together with Transfer-Encoding,
/// repeated, or not a plain number; any Transfer-Encoding but `chunked`, and that in HTTP/1.0
/// (RFC 9112 sections 6.1 to 6.3).
std::optional<std::string_view> read_head(std::string_view text, reply_head& out) noexcept;

/// Reads one field line, without its CR LF, into `out`, with the same care. Trailer fields go through here
/// too: they are held to the same rules, and none of them may say anything about framing.
std::optional<std::string_view> read_field(std::string_view line, reply_head& out) noexcept;

/// Whether each character may stand in a field value, a reason phrase or a chunk extension: none is a control
/// character other than a tab.
bool is_field_content(std::string_view text) noexcept;

}  // namespace cardresolver::net
