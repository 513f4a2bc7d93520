// How unevenly the network delivers.
#pragma once

#include "dispatch/clock.hpp"

namespace cardresolver::dispatch {

/// From the round trips of requests, the time by which two arrivals may be nearer together, or farther apart,
/// than their sends.
class jitter_meter {
public:
    void add(duration round_trip) noexcept {
        const double seconds = std::chrono::duration<double>(round_trip).count();
        if (mean_ < 0) mean_ = seconds;
        mean_ += weight * (seconds - mean_);
        const double deviation = seconds > mean_ ? seconds - mean_ : mean_ - seconds;
        deviation_ += weight * (deviation - deviation_);
    }

    /// Twice the mean deviation of a round trip: for delays that are evenly spread, each way's share of the
    /// jitter is three of its mean deviations wide, and half of it matters at either edge of a window.
    duration spread() const noexcept {
        return std::chrono::duration_cast<duration>(std::chrono::duration<double>(2 * deviation_));
    }

private:
    static constexpr double weight = 0.02;

    double mean_ = -1;  ///< seconds; negative before the first
    double deviation_ = 0;
};

}  // namespace cardresolver::dispatch
