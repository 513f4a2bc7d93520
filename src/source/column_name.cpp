#include "source/column_name.hpp"

#include "card/text.hpp"

#include <algorithm>

namespace cardresolver::source {
namespace {

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool is_same_name(std::string_view a, std::string_view b) noexcept {
    a = card::trim_blanks(a);
    b = card::trim_blanks(b);
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool is_known_column(std::string_view name) noexcept {
    return std::any_of(known_columns.begin(), known_columns.end(),
                       [name](std::string_view known) { return is_same_name(name, known); });
}

}  // namespace cardresolver::source
