// The one gate before the carrier: every attempt takes a permit here, right before its bytes go out.
#pragma once

#include "dispatch/clock.hpp"
#include "dispatch/rate_limit.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace cardresolver::dispatch {

/// Evenly spaced permits under a limit that holds at the carrier, whatever the latency does.
///
/// A permit is held from the send until one window after the reply (or after the connection is known dead).
/// Claim: no window of length W holds more than N arrivals. Suppose N+1 arrivals lie within less than W, and
/// let s be the last of their sends. The last of these arrivals is not before s. Each of the other N requests
/// was sent before s, and its reply is not before its own arrival, which is less than W before the last one;
/// so its permit is held until later than s. N permits are held at s, and the gate has none to give: a
/// contradiction. The claim rests on one assumption: a request that is given up reaches the carrier, if at
/// all, not later than `release` says.
///
/// The spacing is W/N, with a slack that lets a late timer catch up.
class permit_gate {
public:
    /// No limit: permits at once.
    permit_gate() = default;
    explicit permit_gate(rate_limit limit) noexcept;

    /// When the next permit is to be had: `now`, or later; `never` while only a reply can free one.
    time_point available_at(time_point now);

    /// Only after `available_at(now) <= now`. Each take is followed by exactly one `release`.
    void take(time_point now);

    /// The reply has come, or the attempt is known dead, at `now`. Calls come in the order of time.
    void release(time_point now);

    std::optional<rate_limit> limit() const noexcept { return limit_; }

private:
    /// Permits that come free at the same (rounded up) time.
    struct returning {
        time_point at;
        std::uint64_t count;
    };
    void collect(time_point now);

    std::optional<rate_limit> limit_;
    duration spacing_{};
    duration grain_{};  ///< returns are rounded up to this, which bounds the queue
    time_point next_ = time_point::min();
    std::uint64_t held_ = 0;  ///< sent and not yet answered, or answered less than a window ago
    std::deque<returning> returning_;
};

}  // namespace cardresolver::dispatch
