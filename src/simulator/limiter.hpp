// How many requests the carrier takes. Pure: the time is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace cardresolver::simulator {

using steady_time = std::chrono::steady_clock::time_point;
using wall_time = std::chrono::system_clock::time_point;

/// Events of the last second: those at `now` and less than a second before it.
class sliding_second {
public:
    /// Events still in the window that ends at `now`. Times never step back.
    std::uint64_t count(steady_time now) noexcept;
    /// One more event.
    void add(steady_time now) { events_.push_back(now); }

private:
    std::deque<steady_time> events_;
};

/// The limit of a sliding second and the quota of the carrier's day (UTC+8). Counts what it accepts alone:
/// what is refused costs neither.
class limiter {
public:
    limiter(std::optional<std::uint64_t> per_second, std::optional<std::uint64_t> per_day) noexcept
        : per_second_(per_second), per_day_(per_day) {}

    /// Whether a request that arrives now is taken.
    bool accept(steady_time now, wall_time wall);

private:
    std::optional<std::uint64_t> per_second_;
    std::optional<std::uint64_t> per_day_;
    sliding_second accepted_;
    std::int64_t day_ = 0;
    std::uint64_t accepted_today_ = 0;
};

}  // namespace cardresolver::simulator
