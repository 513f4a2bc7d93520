// Texts of plain characters, looked at eight bytes at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cardresolver::card {

constexpr std::uint64_t in_each_byte(unsigned char byte) noexcept {
    return 0x0101'0101'0101'0101ULL * byte;
}

/// The highest bit of each byte: no ASCII character has it, so it says "yes" for a byte.
inline constexpr std::uint64_t every_byte = in_each_byte(0x80);

/// The eight bytes at `text`, in the machine's order.
inline std::uint64_t word_at(const char* text) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    return word;
}

constexpr bool is_ascii_word(std::uint64_t word) noexcept {
    return (word & every_byte) == 0;
}

/// The highest bit of each byte that is from `first` to `last`. All bytes are ASCII: so no sum carries into
/// the byte above and no difference borrows from it, and the highest bit says which one is greater.
constexpr std::uint64_t bytes_between(std::uint64_t word, char first, char last) noexcept {
    const auto reach_first = word + in_each_byte(static_cast<unsigned char>(0x80 - first));
    const auto within_last = in_each_byte(static_cast<unsigned char>(0x80 + last)) - word;
    return reach_first & within_last & every_byte;
}

/// Whether `text` is ASCII and `matches(word)` is `every_byte` for all of it. A last word that is not full
/// begins earlier; a text that is shorter than a word is filled up with its own first character.
template <class Matches>
bool all_bytes(std::string_view text, Matches matches) noexcept {
    constexpr std::size_t size = sizeof(std::uint64_t);
    const auto is_fine = [&matches](std::uint64_t word) {
        return is_ascii_word(word) && matches(word) == every_byte;
    };
    if (text.size() < size) {
        if (text.empty()) return true;
        std::uint64_t word = in_each_byte(static_cast<unsigned char>(text.front()));
        std::memcpy(&word, text.data(), text.size());
        return is_fine(word);
    }
    const char* const last = text.data() + text.size() - size;
    for (const char* at = text.data(); at < last; at += size) {
        if (!is_fine(word_at(at))) return false;
    }
    return is_fine(word_at(last));
}

/// The highest bit of some byte, where not all eight are digits. All bytes are allowed: in one that is not
/// ASCII that bit stands before the sum, and a carry out of it does no harm.
constexpr std::uint64_t other_than_digits(std::uint64_t word) noexcept {
    const auto values = word ^ in_each_byte('0');
    return (values | (values + in_each_byte(0x80 - 10))) & every_byte;
}

namespace detail {

inline bool has_digits_alone(std::string_view text) noexcept {
    return all_bytes(text, [](std::uint64_t word) { return bytes_between(word, '0', '9'); });
}

}  // namespace detail

/// ASCII digits; also true for an empty text. The lengths of IMSIs and MSISDNs are done in two words.
inline bool has_digits_alone(std::string_view text) noexcept {
    if (text.size() < 8 || text.size() > 16) return detail::has_digits_alone(text);
    const char* const last = text.data() + text.size() - sizeof(std::uint64_t);
    return (other_than_digits(word_at(text.data())) | other_than_digits(word_at(last))) == 0;
}

}  // namespace cardresolver::card
