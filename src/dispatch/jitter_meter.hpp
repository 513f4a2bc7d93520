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

    /// The mean deviation of a round trip. For delays that are evenly spread on both ways, the jitter of one
    /// way is three of these wide: it takes an unlucky second for its edges to take in more than this.
    duration spread() const noexcept {
        return std::chrono::duration_cast<duration>(std::chrono::duration<double>(deviation_));
    }

private:
    static constexpr double weight = 0.02;

    double mean_ = -1;  ///< seconds; negative before the first
    double deviation_ = 0;
};

}  // namespace cardresolver::dispatch
