// How much the carrier may be asked, as the user has set it.
#pragma once

#include "dispatch/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace cardresolver::dispatch {

/// At most `count` requests in any window of length `window`; by the calendar, in each day of the carrier's.
struct rate_limit {
    std::uint64_t count = 10;
    duration window = std::chrono::seconds(1);
    bool is_calendar_day = false;  ///< `window` is 24 hours then

    bool operator==(const rate_limit&) const = default;
};

/// In requests a second.
inline double per_second(const rate_limit& limit) noexcept {
    return static_cast<double>(limit.count) / std::chrono::duration<double>(limit.window).count();
}

/// Of the slowest limit whose window slides, in requests a second; nothing where none does.
inline std::optional<double> slowest_rate(const std::vector<rate_limit>& limits) noexcept {
    std::optional<double> slowest;
    for (const auto& limit : limits) {
        if (limit.is_calendar_day) continue;
        slowest = std::min(slowest.value_or(per_second(limit)), per_second(limit));
    }
    return slowest;
}

enum class pacing_kind : std::uint8_t {
    strict,  ///< never more than the limit in any window of arrivals, whatever the latency does
    smooth,  ///< evenly spaced sends, corrected by the measured jitter
};

/// All limits hold at once. Neither limits nor `finds_limit`: unlimited.
struct pace {
    std::vector<rate_limit> limits{rate_limit{}};  ///< no two of one window
    bool finds_limit = false;  ///< look for the carrier's limit, below those that are given
    pacing_kind pacing = pacing_kind::strict;
    duration min_rtt{};                 ///< what the user vouches that a round trip takes at least
    std::chrono::minutes day_starts{};  ///< when the carrier's day begins, after midnight in UTC+8

    bool operator==(const pace&) const = default;
    bool is_unlimited() const noexcept { return limits.empty() && !finds_limit; }
};

}  // namespace cardresolver::dispatch
