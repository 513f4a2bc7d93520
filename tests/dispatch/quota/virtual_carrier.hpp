// The carrier's count of what arrives, over sliding windows and its own days.
#pragma once

#include "dispatch/clock.hpp"
#include "dispatch/rate_limit.hpp"

#include <cstdint>
#include <vector>

namespace cardresolver::dispatch::quota {

class virtual_carrier {
public:
    /// `began` is what its clock shows when the test's time is 0.
    virtual_carrier(const pace& limits, std::chrono::system_clock::time_point began);

    /// In the order of time.
    void arrive(duration at);

    std::uint64_t arrivals() const noexcept { return arrivals_; }
    /// Arrivals that were one too many in a window.
    std::uint64_t too_many() const noexcept { return too_many_; }
    /// Likewise, in a day.
    std::uint64_t too_many_in_day() const noexcept { return too_many_in_day_; }
    /// Arrivals of each day, from the first on.
    const std::vector<std::uint64_t>& days() const noexcept { return days_; }

private:
    struct window {
        rate_limit limit;
        std::vector<duration> last;  ///< arrivals, as many as the limit allows, in a ring
        std::size_t next = 0;
    };
    std::vector<window> windows_;
    std::uint64_t day_limit_ = 0;  ///< 0: none
    duration into_day_{};          ///< at the test's time 0
    std::vector<std::uint64_t> days_;
    std::uint64_t arrivals_ = 0;
    std::uint64_t too_many_ = 0;
    std::uint64_t too_many_in_day_ = 0;
};

}  // namespace cardresolver::dispatch::quota
