#include "card/text.hpp"

#include "card/canonical.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace cardresolver::card {
namespace {

constexpr std::size_t escaped_bytes = 64;
constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

constexpr unsigned char byte_at(std::string_view text, std::size_t position) noexcept {
    return static_cast<unsigned char>(text[position]);
}

constexpr bool is_continuation(std::string_view text, std::size_t position) noexcept {
    return (byte_at(text, position) & 0xC0U) == 0x80U;
}

/// The code point of a well-formed character of `length` bytes.
constexpr std::uint32_t code_point_of(std::string_view text, std::size_t length) noexcept {
    constexpr std::array<std::uint32_t, 5> lead_masks{0, 0x7F, 0x1F, 0x0F, 0x07};
    std::uint32_t point = byte_at(text, 0) & lead_masks[length];
    for (std::size_t i = 1; i < length; ++i) {
        point = point << 6U | (byte_at(text, i) & 0x3FU);
    }
    return point;
}

struct code_point_range {
    std::uint32_t first;
    std::uint32_t last;
};

/// What a row, a log or a terminal must not receive: control characters, line separators, and format
/// characters that are invisible or change the direction of the text around them.
constexpr std::array<code_point_range, 11> unprintable_ranges{{
    {0x0000, 0x001F},    // C0 controls
    {0x007F, 0x009F},    // DEL, C1 controls
    {0x00AD, 0x00AD},    // soft hyphen
    {0x061C, 0x061C},    // Arabic letter mark
    {0x180E, 0x180E},    // Mongolian vowel separator
    {0x200B, 0x200F},    // zero width, direction marks
    {0x2028, 0x202E},    // line and paragraph separator, embeddings, overrides
    {0x2060, 0x206F},    // word joiner, isolates
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFF9, 0xFFFB},    // interlinear annotation
    {0xE0000, 0xE007F},  // tags
}};

bool is_printable(std::string_view character) noexcept {
    const auto point = code_point_of(character, character.size());
    return std::none_of(
        unprintable_ranges.begin(), unprintable_ranges.end(),
        [point](const code_point_range& range) { return point >= range.first && point <= range.last; });
}

/// Cuts `text` into characters and hands each to `take(character, printable)`; a malformed byte is one.
template <typename Take>
void for_each_character(std::string_view text, std::size_t max_bytes, Take take) {
    std::size_t taken = 0;
    while (taken < text.size()) {
        const auto rest = text.substr(taken);
        const auto well_formed = utf8_length(rest);
        const auto length = std::max<std::size_t>(well_formed, 1);
        if (taken + length > max_bytes) return;
        const auto character = rest.substr(0, length);
        take(character, well_formed != 0 && is_printable(character));
        taken += length;
    }
}

constexpr bool is_ascii(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x80;
}

constexpr bool is_ascii_blank(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

constexpr std::array<std::string_view, 4> wide_blanks{"\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\x8B",
                                                      "\xEF\xBB\xBF"};

std::size_t leading_blank(std::string_view text) noexcept {
    if (is_ascii(text.front())) return is_ascii_blank(text.front()) ? 1 : 0;
    for (const auto blank : wide_blanks) {
        if (text.starts_with(blank)) return blank.size();
    }
    return 0;
}

std::size_t trailing_blank(std::string_view text) noexcept {
    if (is_ascii(text.back())) return is_ascii_blank(text.back()) ? 1 : 0;
    for (const auto blank : wide_blanks) {
        if (text.ends_with(blank)) return blank.size();
    }
    return 0;
}

/// The first bytes of blanks, or their last ones.
struct blank_edges {
    std::array<bool, 256> first{};
    std::array<bool, 256> last{};
};

constexpr blank_edges make_blank_edges() noexcept {
    blank_edges edges;
    for (std::size_t byte = 0; byte < 0x80; ++byte)
        edges.first[byte] = edges.last[byte] = is_ascii_blank(static_cast<char>(byte));
    for (const auto blank : wide_blanks) {
        edges.first[static_cast<unsigned char>(blank.front())] = true;
        edges.last[static_cast<unsigned char>(blank.back())] = true;
    }
    return edges;
}
constexpr auto edges_of_blanks = make_blank_edges();

/// Most texts have nothing to trim, and that shows at once.
bool has_no_blank_at_its_ends(std::string_view text) noexcept {
    return !text.empty() && !edges_of_blanks.first[static_cast<unsigned char>(text.front())] &&
           !edges_of_blanks.last[static_cast<unsigned char>(text.back())];
}

/// A function of its own, so that a text with nothing to trim pays for nothing here.
[[gnu::noinline]] std::string_view trim_ends(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto blank = leading_blank(text);
        if (blank == 0) break;
        text.remove_prefix(blank);
    }
    while (!text.empty()) {
        const auto blank = trailing_blank(text);
        if (blank == 0) break;
        text.remove_suffix(blank);
    }
    return text;
}

/// What a character beyond ASCII that begins with a certain byte is like (RFC 3629 section 4).
struct first_byte {
    std::uint8_t length = 0;  ///< of the character; 0: none begins so
    std::uint8_t least = 0;   ///< the second byte is no less
    std::uint8_t most = 0;    ///< and no more; each further one is from 0x80 to 0xBF
};

constexpr std::array<first_byte, 256> make_first_bytes() noexcept {
    std::array<first_byte, 256> bytes{};
    for (std::size_t byte = 0xC2; byte <= 0xDF; ++byte)
        bytes[byte] = {2, 0x80, 0xBF};
    for (std::size_t byte = 0xE0; byte <= 0xEF; ++byte)
        bytes[byte] = {3, 0x80, 0xBF};
    for (std::size_t byte = 0xF0; byte <= 0xF4; ++byte)
        bytes[byte] = {4, 0x80, 0xBF};
    bytes[0xE0].least = 0xA0;  // less is overlong
    bytes[0xED].most = 0x9F;   // more is a surrogate
    bytes[0xF0].least = 0x90;  // less is overlong
    bytes[0xF4].most = 0x8F;   // more is beyond U+10FFFF
    return bytes;
}
constexpr auto first_bytes = make_first_bytes();

}  // namespace

std::string_view trim_blanks(std::string_view text) noexcept {
    return has_no_blank_at_its_ends(text) ? text : trim_ends(text);
}

std::size_t utf8_length(std::string_view text) noexcept {
    if (text.empty()) return 0;
    const auto lead = byte_at(text, 0);
    if (lead < 0x80) return 1;
    const auto& first = first_bytes[lead];
    if (first.length == 0 || text.size() < first.length) return 0;
    const auto second = byte_at(text, 1);
    if (second < first.least || second > first.most) return 0;
    for (std::size_t i = 2; i < first.length; ++i) {
        if (!is_continuation(text, i)) return 0;
    }
    return first.length;
}

void append_printable(std::string& out, std::string_view text, std::size_t max_bytes) {
    for_each_character(text, max_bytes, [&out](std::string_view character, bool printable) {
        out.append(printable ? character : replacement_character);
    });
}

void append_escaped(std::string& out, std::string_view text, std::size_t max_bytes) {
    constexpr std::string_view hexadecimal = "0123456789ABCDEF";
    for_each_character(text, max_bytes, [&out, hexadecimal](std::string_view character, bool printable) {
        if (printable) {
            out.append(character);
            return;
        }
        for (const char c : character) {
            const auto byte = static_cast<unsigned char>(c);
            out.append({'\\', 'x', hexadecimal[byte >> 4U], hexadecimal[byte & 0x0FU]});
        }
    });
}

std::string escape_raw(std::string_view raw) {
    std::string out;
    append_escaped(out, raw, escaped_bytes);
    return out;
}

}  // namespace cardresolver::card
