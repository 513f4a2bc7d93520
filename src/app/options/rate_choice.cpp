#include "app/options/rate_choice.hpp"

#include "app/options/value_text.hpp"
#include "run/rate_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cardresolver::app {
namespace {

constexpr std::string_view stands_alone = "unlimited stands alone: leave the others out, or take it away";

bool are_of_one_window(const dispatch::rate_limit& a, const dispatch::rate_limit& b) {
    return a.window == b.window && a.is_calendar_day == b.is_calendar_day;
}

}  // namespace

std::string add_rate(std::string_view text, rate_choice& choice) {
    const bool is_word = text == "unlimited" || text == "auto";
    const auto limit = is_word ? std::nullopt : parse_rate(text);
    if (!is_word && !limit)
        return "expected a rate such as 50/s, 2000/5m or 30/m (at least 1), auto, or unlimited; several are "
               "given one by one";
    if (choice.is_unlimited || (text == "unlimited" && !choice.is_empty())) return std::string(stands_alone);
    if (text == "unlimited") choice.is_unlimited = true;
    if (text == "auto") choice.finds_limit = true;
    if (!limit) return {};
    const auto twin = std::find_if(choice.limits.begin(), choice.limits.end(),
                                   [&](const auto& one) { return are_of_one_window(one, *limit); });
    if (twin != choice.limits.end())
        return fmt::format("{} is there already, and {} is about the same window: keep one of them",
                           run::format_rate(*twin), run::format_rate(*limit));
    choice.limits.push_back(*limit);
    return {};
}

}  // namespace cardresolver::app
