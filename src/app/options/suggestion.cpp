#include "app/options/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace cardresolver::app {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);  // two rows ago, for swapped neighbours
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t exchange = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + exchange});
            const bool is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::optional<std::string_view> find_similar(std::string_view wrong,
                                             std::span<const std::string_view> known) {
    constexpr std::size_t longest = 64;  // nobody means a name with something longer
    if (wrong.empty() || wrong.size() > longest) return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t best_distance = std::max<std::size_t>(1, wrong.size() / 3) + 1;
    for (const auto name : known) {
        const bool is_beginning = wrong.size() >= 3 && name.starts_with(wrong);
        const auto distance = is_beginning ? 1 : edit_distance(wrong, name);
        if (distance < best_distance) {
            best_distance = distance;
            best = name;
        }
    }
    return best;
}

std::string suggest(std::string_view wrong, std::span<const std::string_view> known,
                    std::string_view prefix) {
    const auto similar = find_similar(wrong, known);
    return similar ? fmt::format("; did you mean '{}{}'?", prefix, *similar) : std::string();
}

}  // namespace cardresolver::app
