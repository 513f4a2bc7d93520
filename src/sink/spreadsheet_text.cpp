#include "sink/spreadsheet_text.hpp"

#include "card/byte_word.hpp"
#include "card/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace cardresolver::sink {
namespace {

constexpr std::size_t max_shown_digits = 11;
constexpr std::string_view formula_starts = "=+-@\t\r";
constexpr std::array<std::string_view, 4> wide_formula_starts{"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                                              "\xEF\xBC\xA0"};
constexpr std::string_view cell_ends = "\";\t\r\n";

constexpr std::array<bool, 256> make_set(std::string_view characters) noexcept {
    std::array<bool, 256> set{};
    for (const char c : characters)
        set[static_cast<unsigned char>(c)] = true;
    return set;
}

constexpr auto number_characters = make_set("0123456789.,:/%+- dDeE");

bool consists_of(std::string_view text, const std::array<bool, 256>& set) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [&set](char c) { return set[static_cast<unsigned char>(c)]; });
}

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Letters and digits: nothing of the kind begins a formula, or anything before one.
bool is_harmless(std::string_view text) noexcept {
    return card::all_bytes(text, [](std::uint64_t word) {
        return card::bytes_between(word, '0', '9') | card::bytes_between(word, 'A', 'Z') |
               card::bytes_between(word, 'a', 'z');
    });
}

/// Whether it is shown as it is.
bool keeps_digits(std::string_view number) noexcept {
    return number.size() == 1 || (number.size() <= max_shown_digits && number.front() != '0');
}

bool starts_formula(std::string_view character) noexcept {
    if (character.size() == 1) return formula_starts.find(character.front()) != std::string_view::npos;
    return std::find(wide_formula_starts.begin(), wide_formula_starts.end(), character) !=
           wide_formula_starts.end();
}

/// Calls `see(character, starts_formula_here)` for each character, or malformed byte, of `text`.
template <typename See>
void walk(std::string_view text, See see) {
    bool is_cell_start = true;
    while (!text.empty()) {
        const auto character = text.substr(0, std::max<std::size_t>(card::utf8_length(text), 1));
        see(character, is_cell_start && starts_formula(character));
        const bool ends_cell = cell_ends.find(character.front()) != std::string_view::npos;
        is_cell_start = ends_cell || (is_cell_start && card::trim_blanks(character).empty());
        text.remove_prefix(character.size());
    }
}

/// Blanks in front do not keep a spreadsheet from reading a number. A tab or a line break does: it is seen to
/// as what begins a formula.
std::string_view without_leading_blanks(std::string_view text) noexcept {
    const auto content = card::trim_blanks(text);
    if (content.empty()) return text;
    const auto blanks = static_cast<std::size_t>(content.data() - text.data());
    const bool has_control = std::any_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(blanks),
                                         [](char c) { return c >= '\0' && c < ' '; });
    return has_control ? text : text.substr(blanks);
}

}  // namespace

bool is_spoiled_number(std::string_view text) noexcept {
    if (card::has_digits_alone(text)) return !text.empty() && !keeps_digits(text);
    text = without_leading_blanks(text);
    if (text.empty() || !(is_digit(text.front()) || text.front() == '.')) return false;
    if (!consists_of(text, number_characters)) return false;
    if (std::none_of(text.begin(), text.end(), is_digit)) return false;
    return !card::has_digits_alone(text) || !keeps_digits(text);
}

bool may_be_formula(std::string_view text) noexcept {
    if (is_harmless(text)) return false;
    bool found = false;
    walk(text, [&found](std::string_view, bool starts_here) { found = found || starts_here; });
    return found;
}

void append_neutral(std::string& out, std::string_view text) {
    walk(text, [&out](std::string_view character, bool starts_here) {
        if (starts_here) out.push_back('\'');
        out.append(character);
    });
}

}  // namespace cardresolver::sink
