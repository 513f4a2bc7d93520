#include "source/encoding.hpp"

#include "card/text.hpp"

namespace cardresolver::source {
namespace {

/// A character of UTF-8 that is cut counts as two faults, and may be half a fault in GB18030.
constexpr std::size_t least_ratio = 3;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

constexpr unsigned char byte_at(std::string_view text, std::size_t position) noexcept {
    return static_cast<unsigned char>(text[position]);
}

constexpr bool is_gb_lead(unsigned char byte) noexcept {
    return byte >= 0x81 && byte <= 0xFE;
}
constexpr bool is_gb_digit(unsigned char byte) noexcept {
    return byte >= 0x30 && byte <= 0x39;
}
constexpr bool is_gb_trail(unsigned char byte) noexcept {
    return byte >= 0x40 && byte <= 0xFE && byte != 0x7F;
}

/// No byte below `0` is a part of a longer character, in either encoding: behind the last one, a character
/// may be cut.
std::string_view whole_characters(std::string_view text) noexcept {
    for (auto end = text.size(); end > 0; --end) {
        if (byte_at(text, end - 1) < '0') return text.substr(0, end);
    }
    return text;
}

/// Bytes that are no part of a character.
template <typename LengthOf>
std::size_t count_faults(std::string_view text, LengthOf length_of) noexcept {
    std::size_t faults = 0;
    while (!text.empty()) {
        auto length = length_of(text);
        if (length == 0 || length > text.size()) {
            ++faults;
            length = 1;
        }
        text.remove_prefix(length);
    }
    return faults;
}

/// Whole steps without any other byte. Their size is known and even, so that the compiler takes many bytes at
/// once.
template <std::size_t Step>
std::size_t count_ascii_steps(std::string_view text) noexcept {
    std::size_t count = 0;
    for (; text.size() - count >= Step; count += Step) {
        unsigned char seen = 0;
        const char* const bytes = text.data() + count;
#pragma GCC unroll 4
        for (std::size_t i = 0; i < Step; ++i)
            seen = static_cast<unsigned char>(seen | static_cast<unsigned char>(bytes[i]));
        if (seen >= 0x80) break;
    }
    return count;
}

}  // namespace

std::size_t gb18030_length(std::string_view text) noexcept {
    if (byte_at(text, 0) < 0x80) return 1;
    if (!is_gb_lead(byte_at(text, 0))) return 0;
    if (text.size() < 2) return unfinished_character;
    if (is_gb_trail(byte_at(text, 1))) return 2;
    if (!is_gb_digit(byte_at(text, 1))) return 0;
    if (text.size() < 3) return unfinished_character;
    if (!is_gb_lead(byte_at(text, 2))) return 0;
    if (text.size() < 4) return unfinished_character;
    return is_gb_digit(byte_at(text, 3)) ? 4 : 0;
}

std::size_t count_ascii(std::string_view text) noexcept {
    auto count = count_ascii_steps<1024>(text);
    count += count_ascii_steps<64>(text.substr(count));
    while (count < text.size() && byte_at(text, count) < 0x80)
        ++count;
    return count;
}

input_encoding guess_encoding(std::string_view text, bool at_end) noexcept {
    if (text.starts_with(byte_order_mark)) return input_encoding::utf8;
    const auto judged = at_end ? text : whole_characters(text);
    const auto faults = count_faults(judged, card::utf8_length);
    if (faults == 0) return input_encoding::utf8;
    const auto faults_as_gb18030 = count_faults(judged, gb18030_length);
    return faults_as_gb18030 * least_ratio < faults ? input_encoding::gb18030 : input_encoding::utf8;
}

}  // namespace cardresolver::source
