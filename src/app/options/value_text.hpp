// How durations, rates and numbers are spelled: the same for flags, environment and configuration file.
#pragma once

#include "dispatch/rate_limit.hpp"
#include "run/failure_limit.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::app {

/// Longest duration that is taken: a year.
inline constexpr std::chrono::milliseconds max_duration = std::chrono::hours(24 * 365);

/// Digits and a unit: `250ms`, `10s`, `5m`, `2h`; at most `max_duration`. No sign, no blank, no fraction.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

/// In the largest unit that leaves no rest: 90'000 ms is `90s`, 120'000 ms is `2m`.
std::string format_duration(std::chrono::milliseconds value);

/// `N/UNIT` with UNIT `s`, `m`, `h`, or a duration: `50/s`, `2000/5m`, `1000000/24h`; `N/d` and `N/1d` are by
/// the calendar. N is 1 to 10^9.
std::optional<dispatch::rate_limit> parse_rate(std::string_view text) noexcept;

/// Digits alone, from `least` to `most`.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t least,
                                          std::uint64_t most) noexcept;

/// 1234567 as `1,234,567`.
std::string grouped(std::uint64_t value);

/// "1 row", "2,000 rows".
std::string counted(std::uint64_t count, std::string_view what);

/// `true`, `yes`, `on`, `1`, or their opposites.
std::optional<bool> parse_switch(std::string_view text) noexcept;

/// `500`: cards, 1 to 10^12; `2.5%`: a share above 0% and up to 100%, with at most four digits behind the
/// point.
std::optional<run::failure_limit> parse_failure_limit(std::string_view text) noexcept;

/// A share from 0 to 1, as `0.25`.
std::optional<double> parse_probability(std::string_view text) noexcept;

}  // namespace cardresolver::app
