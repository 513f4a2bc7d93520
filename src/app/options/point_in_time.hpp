// How a time is spelled: RFC 3339, a local time of day, or a duration from now. What the last two mean
// depends on the time at which they are looked at.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace cardresolver::app {

/// `HH:MM` on the local clock: its next occurrence.
struct time_of_day {
    int hour = 0;
    int minute = 0;
    friend bool operator==(const time_of_day&, const time_of_day&) = default;
};

using point_in_time =
    std::variant<std::chrono::system_clock::time_point, time_of_day, std::chrono::milliseconds>;

/// `06:00`, two digits each, 00:00 to 23:59.
std::optional<time_of_day> parse_time_of_day(std::string_view text) noexcept;

inline constexpr std::string_view point_in_time_spelling =
    "expected a time such as 2026-01-31T06:00:00+08:00 or 06:00, or a duration such as 90m";

/// RFC 3339 (`2026-01-31T06:00:00+08:00`, `2026-01-30T22:00:00.5Z`), `06:00`, or `90m` (see
/// `parse_duration`). Nothing where the text is none of them.
std::optional<point_in_time> parse_point_in_time(std::string_view text) noexcept;

/// When that is, seen from `now`. A time of day that the clock shows right now is tomorrow's; one that a
/// change of the clocks leaves out is moved by it.
std::chrono::system_clock::time_point moment_of(const point_in_time& spelled,
                                                std::chrono::system_clock::time_point now) noexcept;

/// `2026-01-31 06:00:00 +0800`, on the local clock.
std::string format_local_time(std::chrono::system_clock::time_point at);

}  // namespace cardresolver::app
