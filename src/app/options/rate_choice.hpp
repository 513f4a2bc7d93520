// What `--rate` and a schedule's `rate` say: several limits at once, or words in their place.
#pragma once

#include "dispatch/rate_limit.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::app {

/// A plain value, made of one text after the other.
struct rate_choice {
    std::vector<dispatch::rate_limit> limits;  ///< no two of one window
    bool finds_limit = false;                  ///< `auto`; `limits` are ceilings then
    bool is_unlimited = false;                 ///< `unlimited`; nothing else then

    bool is_empty() const noexcept { return limits.empty() && !finds_limit && !is_unlimited; }
};

/// Adds a rate (see `parse_rate`), `auto` or `unlimited`. Returns what is wrong or expected, as a clause;
/// empty where all is well.
std::string add_rate(std::string_view text, rate_choice& choice);

}  // namespace cardresolver::app
