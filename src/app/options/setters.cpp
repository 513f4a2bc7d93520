#include "app/options/setters.hpp"

#include "app/options/value_text.hpp"

#include <fmt/format.h>

namespace cardresolver::app {
namespace {

constexpr std::string_view duration_spelling = "expected a duration such as 250ms, 10s, 5m or 2h";

}  // namespace

std::string set_text(std::string_view text, std::string& field) {
    // A control character in a name or path is a slip of the script that made it.
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F)
            return "expected text without control characters";
    }
    if (text.empty()) return "expected some text";
    field = text;
    return {};
}

std::string set_switch(std::string_view text, bool& field) {
    const auto value = parse_switch(text);
    if (!value) return "expected true or false";
    field = *value;
    return {};
}

std::string set_duration(std::string_view text, std::chrono::milliseconds& field) {
    const auto value = parse_duration(text);
    if (!value || value->count() == 0)
        return fmt::format("{}, more than 0 and at most 8760h", duration_spelling);
    field = *value;
    return {};
}

std::string set_duration_or_zero(std::string_view text, std::chrono::milliseconds& field) {
    const auto value = parse_duration(text);
    if (!value) return fmt::format("{}, at most 8760h", duration_spelling);
    field = *value;
    return {};
}

std::string expected_number(std::uint64_t least, std::uint64_t most) {
    return fmt::format("expected a whole number from {} to {}", least, most);
}

std::string expected_one_of(std::string_view words) {
    return fmt::format("expected {}", words);
}

}  // namespace cardresolver::app
