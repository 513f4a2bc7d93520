// A process that sends whenever its gate lets it, and tends the account's ledger as a dispatcher does.
#pragma once

#include "dispatch/quota_gate.hpp"

namespace cardresolver::dispatch::quota {

/// Its times are those of its own clock, from 0 on.
class model_process {
public:
    static constexpr duration longest_flight = std::chrono::seconds(25);

    model_process(process_id id, const pace& limits) : id_(id), gate_(limits, id, longest_flight) {}

    process_id id() const { return id_; }
    bool may_send(duration now) { return gate_.available_at(time_point(now)) <= time_point(now); }
    permit send(duration now);
    /// The request is answered.
    void reply(duration now, const permit& taken);

    bool wants_exchange(duration now) const {
        return gate_.asks_at(time_point(now), true) <= time_point(now);
    }
    request ask(duration now) { return gate_.ask(time_point(now), true, std::nullopt); }
    void take(const grant& given, duration now) { gate_.on_grant(given, time_point(now)); }

    void wake_up() { gate_.on_suspended(); }

    /// Nothing is in flight any more, and nothing follows.
    request leave(duration now) { return gate_.leave(time_point(now)); }
    bool is_idle() const { return in_flight_ == 0; }

    /// When there is something to do, if nothing happens before.
    duration next_event(duration now);

private:
    process_id id_;
    quota_gate gate_;
    std::uint64_t in_flight_ = 0;
};

}  // namespace cardresolver::dispatch::quota
