// Which encoding a list is in, by its bytes. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cardresolver::source {

enum class input_encoding : std::uint8_t { utf8, gb18030 };

/// Stands in `gb18030_length` for: the text ends within a character.
inline constexpr std::size_t unfinished_character = static_cast<std::size_t>(-1);

/// The length in bytes (1, 2 or 4) of the GB18030 character at the start of `text`, which is not empty; 0
/// where it is malformed, `unfinished_character` where more bytes are needed to tell. By shape: whether the
/// standard gives the character a meaning is not looked at.
std::size_t gb18030_length(std::string_view text) noexcept;

/// Bytes at the start of `text` that are ASCII: alike in both encodings.
std::size_t count_ascii(std::string_view text) noexcept;

/// Judges the part of a list from its first byte that is not ASCII: with a byte order mark UTF-8, and
/// whatever is well-formed UTF-8; else GB18030, where far fewer bytes make no sense in it; else UTF-8.
/// `at_end`: nothing follows; otherwise a piece of a character at the end of `text` is not judged.
input_encoding guess_encoding(std::string_view text, bool at_end) noexcept;

}  // namespace cardresolver::source
