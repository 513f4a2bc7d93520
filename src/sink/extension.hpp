// What the end of a file's name says.
#pragma once

#include <algorithm>
#include <string_view>

namespace cardresolver::sink {

/// Whether `target` has a name before `extension` (lower case, with its dot) and ends in it, in any case.
inline bool has_extension(std::string_view target, std::string_view extension) noexcept {
    if (target.size() <= extension.size()) return false;
    const auto end = target.substr(target.size() - extension.size());
    return std::equal(end.begin(), end.end(), extension.begin(), [](char c, char expected) {
        return c == expected || (c >= 'A' && c <= 'Z' && c - 'A' + 'a' == expected);
    });
}

}  // namespace cardresolver::sink
