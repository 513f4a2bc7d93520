// How limits are spelled, in reports as on the command line.
#pragma once

#include "dispatch/rate_limit.hpp"

#include <span>
#include <string>
#include <vector>

namespace cardresolver::run {

/// `50/s`, `2000/5m`; by the calendar `1000000/d`, over any 24 hours `1000000/24h`.
std::string format_rate(const dispatch::rate_limit& limit);

/// Each as `format_rate` has it, led by `auto` where the limit is looked for; `unlimited` alone where there
/// is neither.
std::vector<std::string> format_rates(std::span<const dispatch::rate_limit> limits, bool finds_limit);

}  // namespace cardresolver::run
