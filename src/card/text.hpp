// Small text rules that more than one room needs: blanks, and making hostile bytes printable.
#pragma once

#include <string>
#include <string_view>

namespace cardresolver::card {

/// An ASCII character that is no blank. What is beyond ASCII may begin or end one.
constexpr bool is_visible(char c) noexcept {
    return static_cast<signed char>(c) > ' ';  // what is beyond ASCII is negative
}

/// Without leading and trailing blanks: ASCII white space, U+00A0, U+3000, U+200B, U+FEFF.
std::string_view trim_blanks(std::string_view text) noexcept;

/// Appends `text` so that it is printable UTF-8 in one line: control characters, invisible and
/// direction-changing format characters and broken UTF-8 become U+FFFD; at most `max_bytes` bytes of `text`
/// are taken, cut at a character boundary. NUL can therefore reach no database and ESC no terminal.
void append_printable(std::string& out, std::string_view text, std::size_t max_bytes);

/// The same with `\xHH` for each byte that is not printable: for people who want to know what it was.
void append_escaped(std::string& out, std::string_view text, std::size_t max_bytes);

/// The length in bytes (1 to 4) of the well-formed UTF-8 character at the start of `text`; 0 where it is
/// malformed: overlong, a surrogate, beyond U+10FFFF, truncated (RFC 3629 section 4).
std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace cardresolver::card
