#include "source/ndjson_members.hpp"

#include <algorithm>
#include <cstddef>

namespace cardresolver::source {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trim(std::string_view text) noexcept {
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// The position behind the string whose opening quote is at `at`.
std::size_t behind_string(std::string_view text, std::size_t at) noexcept {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
    }
    return std::min(at + 1, text.size());
}

/// The position of the first of `ends` outside strings, lists and objects.
std::size_t find_outside(std::string_view text, std::size_t at, std::string_view ends) noexcept {
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (depth == 0 && ends.find(c) != std::string_view::npos) return at;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && depth > 0) --depth;
        at = c == '"' ? behind_string(text, at) : at + 1;
    }
    return text.size();
}

}  // namespace

void split_members(std::string_view object, std::vector<json_member>& members) {
    auto at = std::min(object.find('{'), object.size() - 1) + 1;
    while (at < object.size()) {
        const auto colon = find_outside(object, at, ":}");
        if (colon == object.size() || object[colon] == '}') return;
        const auto end = find_outside(object, colon + 1, ",}");
        members.push_back(
            {trim(object.substr(at, colon - at)), trim(object.substr(colon + 1, end - colon - 1))});
        if (end == object.size() || object[end] == '}') return;
        at = end + 1;
    }
}

}  // namespace cardresolver::source
