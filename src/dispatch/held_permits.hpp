// The limit on a short window that holds at the carrier, whatever the latency does.
#pragma once

#include "dispatch/clock.hpp"
#include "dispatch/rate_limit.hpp"

#include <cstdint>
#include <deque>

namespace cardresolver::dispatch {

/// Permits that are used again and again: each is held from the send until one window after the reply, or
/// after the request is known to arrive no more.
///
/// Claim: no window of length W holds more than N arrivals at the carrier, where N is the sum of the permits
/// of all processes at any moment (the account's ledger sees to that). Suppose N+1 arrivals lie within less
/// than W, and let s be the last of their sends. The last of these arrivals is not before s + f, where f is
/// the least time on the way there. Each of the other N requests was sent before s; it arrived later than s +
/// f - W, so its reply came later than s + f + b - W, where b is the least time on the way back; and its
/// permit is held until W - (f + b) after that, so until later than s. N permits are held at s, and there is
/// none to take: a contradiction. Where nothing is known of the path, f + b is taken for zero; a user who
/// knows it sets `min_rtt` to it. What was measured proves nothing: the bound mixes the two ways of two
/// requests.
///
/// The claim rests on one assumption: a request that was given up (its connection is reset, so nothing of it
/// is sent any more) arrives within `arrival_grace` of that or never.
class held_permits {
public:
    /// Nothing is to be had until a share is set. `limit.count` does not matter here.
    held_permits(const rate_limit& limit, duration min_rtt) noexcept;

    duration window() const noexcept { return window_; }

    /// How many permits there are for this process, and how many it is to come down to as they come free.
    void set_share(std::uint64_t permits, std::uint64_t target) noexcept;
    /// Permits that the process may have out.
    std::uint64_t usable() const noexcept { return share_ < target_ ? share_ : target_; }
    /// What the process cannot, or need not, do without.
    std::uint64_t kept(time_point now);
    /// Permits that are out: sent with, and not yet free again.
    std::uint64_t held(time_point now) {
        collect(now);
        return held_;
    }
    /// From when on no permit is held, if none is taken; only where nothing is in flight.
    time_point free_at(time_point now);

    /// When a permit is to be had: `now`, later, or `never` while only a reply can free one.
    time_point available_at(time_point now);
    /// Only after `available_at(now) <= now`. Each take is followed by exactly one `release`.
    void take(time_point now);
    /// The request arrives no later than at `settled`: its reply has come, or it is known dead.
    void release(time_point settled);

private:
    /// Permits that come free at the same (rounded up) time.
    struct returning {
        time_point at;
        std::uint64_t count;
    };
    void collect(time_point now);

    duration window_;
    duration hold_;   ///< after a reply
    duration grain_;  ///< returns are rounded up to this, which bounds the queue
    std::uint64_t share_ = 0;
    std::uint64_t target_ = 0;
    std::uint64_t held_ = 0;  ///< sent and not yet answered, or answered less than a window ago
    std::deque<returning> returning_;
};

}  // namespace cardresolver::dispatch
