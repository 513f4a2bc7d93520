// A process that behaves, as the account's book expects it: the least that a gate has to do.
#pragma once

#include "dispatch/quota/exchange.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

namespace cardresolver::dispatch::quota {

/// Sends whenever it may. Its times are those of its own clock.
class model_gate {
public:
    model_gate(process_id process, pace limits);

    bool may_send(duration now);
    /// The block that the permit is out of, or 0.
    std::uint64_t send(duration now);
    /// The request is answered, or known dead.
    void reply(duration now, std::uint64_t block);

    bool wants_exchange(duration now) const;
    request ask(duration now);
    void take(const grant& given, duration asked_at);

    /// Nothing is in flight any more, and nothing follows.
    request leave(duration now);
    bool is_idle() const;

    /// When there is something to do, if nothing happens before.
    duration next_event(duration now) const;

private:
    struct short_limit {
        rate_limit limit;
        std::uint64_t share = 0;
        std::uint64_t target = 0;
        std::uint64_t in_flight = 0;
        std::deque<duration> returning;
        std::uint64_t held() const { return in_flight + returning.size(); }
        /// What exceeds the target is not used again, so that it can be given away.
        std::uint64_t usable() const { return std::min(share, target); }
    };
    struct block {
        std::uint64_t id = 0;
        std::uint64_t left = 0;
        std::uint64_t used = 0;
        std::uint64_t in_flight = 0;
    };
    struct ended_block {
        std::uint64_t id = 0;
        std::uint64_t used = 0;
        duration at{};
    };

    void collect(duration now);
    void end_blocks(duration now);

    process_id process_;
    pace limits_;
    std::vector<short_limit> short_;
    bool is_counted_ = false;
    std::vector<block> blocks_;  ///< the newest, and those before it that have requests in flight
    std::vector<ended_block> ended_;
    duration lease_ends_{};
    duration renew_at_{};
    duration next_permits_at_{};
};

}  // namespace cardresolver::dispatch::quota
