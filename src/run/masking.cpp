#include "run/masking.hpp"

#include "card/text.hpp"

#include <algorithm>

namespace cardresolver::run {
namespace {

constexpr std::size_t shown_first = 6;
constexpr std::size_t shown_last = 4;
/// A number that is shorter hides too little between its first and its last characters.
constexpr std::size_t shortest_with_both = 13;

constexpr std::size_t shortest_hidden_run = 10;
constexpr std::ptrdiff_t least_hidden_digits = 6;

constexpr std::size_t body_bytes = 200;

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr bool is_letter_or_digit(char c) noexcept {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Bytes of the first character; a malformed byte is one.
std::size_t character_length(std::string_view text) noexcept {
    return std::max<std::size_t>(card::utf8_length(text), 1);
}

std::size_t count_characters(std::string_view text) noexcept {
    std::size_t count = 0;
    for (; !text.empty(); ++count)
        text.remove_prefix(character_length(text));
    return count;
}

bool is_hidden(std::string_view run) noexcept {
    return run.size() >= shortest_hidden_run &&
           std::count_if(run.begin(), run.end(), is_digit) >= least_hidden_digits;
}

bool begins_like_json(std::string_view body) noexcept {
    const auto text = card::trim_blanks(body);
    return text.starts_with('{') || text.starts_with('[');
}

}  // namespace

void append_masked(std::string& out, std::string_view number) {
    const auto length = count_characters(number);
    const auto first = length >= shortest_with_both ? shown_first : 0;
    const auto last = length > shown_last ? shown_last : 0;
    for (std::size_t i = 0; i < length; ++i) {
        const auto size = character_length(number);
        if (i < first || i + last >= length) {
            out.append(number.substr(0, size));
        } else {
            out.push_back('*');
        }
        number.remove_prefix(size);
    }
}

std::string mask_number(std::string_view number) {
    std::string masked;
    append_masked(masked, number);
    return masked;
}

std::string hide_numbers(std::string_view text, std::size_t max_bytes) {
    std::string shown(text.substr(0, max_bytes));
    for (std::size_t begin = 0; begin < shown.size();) {
        const auto rest = text.substr(begin);
        const auto end = std::find_if_not(rest.begin(), rest.end(), is_letter_or_digit);
        const auto length = static_cast<std::size_t>(end - rest.begin());
        if (is_hidden(rest.substr(0, length)))
            std::fill_n(shown.begin() + static_cast<std::ptrdiff_t>(begin),
                        std::min(length, shown.size() - begin), '*');
        begin += length + 1;
    }
    return shown;
}

std::string begin_of_body(std::string_view body) {
    std::string text;
    if (!begins_like_json(body)) card::append_escaped(text, hide_numbers(body, body_bytes), body_bytes);
    return text;
}

}  // namespace cardresolver::run
