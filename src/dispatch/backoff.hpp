// How long to wait before trying again, and how much trying again there may be.
#pragma once

#include "dispatch/clock.hpp"
#include "dispatch/random.hpp"

namespace cardresolver::dispatch {

/// Exponential back-off with full jitter: evenly distributed between 0 and min(cap, base × 2^n), so that
/// batches that failed together do not come back together.
struct backoff_policy {
    duration base = std::chrono::milliseconds(200);
    duration cap = std::chrono::seconds(20);

    /// The longest wait after `failures` failures in a row (from 1).
    duration limit(unsigned failures) const noexcept;
    duration draw(unsigned failures, random_source& random) const noexcept;
    /// Between half the limit and the limit: for a lone prober, to whom full jitter could mean at once.
    duration draw_upper_half(unsigned failures, random_source& random) const noexcept {
        return limit(failures) / 2 + draw(failures, random) / 2;
    }
};

/// Bounds the share of retries in all requests, so that a carrier in trouble is not drowned by them. Each
/// answered request earns a part of a retry, each retry costs one; a floor keeps a trickle going. Exhausted,
/// it makes retries wait; it never fails a card.
class retry_budget {
public:
    /// `floor_per_second` is what flows in whatever happens.
    explicit retry_budget(double floor_per_second) noexcept : floor_per_second_(floor_per_second) {}

    void earn() noexcept;
    /// When the next retry is affordable: `now`, or later.
    time_point available_at(time_point now) noexcept;
    /// Only after `available_at(now) <= now`.
    void spend() noexcept { balance_ -= 1.0; }

private:
    void refill(time_point now) noexcept;

    static constexpr double capacity = 500.0;
    static constexpr double earned_by_answer = 0.2;
    double floor_per_second_;
    double balance_ = capacity;
    time_point refilled_at_ = time_point::min();
};

}  // namespace cardresolver::dispatch
