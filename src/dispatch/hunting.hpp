// All hunts for bad cards that are going on, and their share of the rate.
#pragma once

#include "dispatch/poison_hunt.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace cardresolver::dispatch {

using hunt_id = std::uint32_t;

/// Hands out the groups of several hunts in turn. While other work waits, hunts get a tenth of the requests
/// at most, so that a list full of bad cards cannot starve the good ones. Pure.
class hunting {
public:
    struct order {
        hunt_id hunt;
        std::vector<slot_id> group;
    };

    /// Takes apart a request of several cards. `answered`: how many requests were answered well before.
    void begin(hunt_cause cause, std::vector<slot_id> suspects, std::uint64_t answered);

    bool has_group() const noexcept { return !queue_.empty(); }
    /// Whether a group may go out before other work that is ready.
    bool may_go_first() const noexcept { return has_group() && credit_ >= cost; }
    /// Only while `has_group()`. Exactly one of the results below must follow.
    order take();
    /// A request that is no hunt's goes out.
    void on_other_sent() noexcept { credit_ = credit_ < cost ? credit_ + 1 : cost; }

    hunt_cause cause_of(hunt_id hunt) const noexcept { return hunts_[hunt].cause(); }
    std::uint64_t answered_before(hunt_id hunt) const noexcept { return answered_before_[hunt]; }
    /// The results of a group; see `poison_hunt`.
    void on_clean(hunt_id hunt);
    void on_refused(hunt_id hunt, std::vector<slot_id> group);
    void on_withdrawn(hunt_id hunt);

    /// Hunts that have not come to their end.
    std::size_t size() const noexcept { return hunts_.size() - free_.size(); }

private:
    static constexpr unsigned cost = 9;  ///< requests of others for each of a hunt's

    void enqueue(hunt_id hunt);
    void end_if_done(hunt_id hunt);

    std::deque<poison_hunt> hunts_;               ///< a deque: references stay valid while it grows
    std::vector<std::uint64_t> answered_before_;  ///< by `hunt_id`
    std::vector<hunt_id> free_;                   ///< ended ones, whose places are used again
    std::deque<hunt_id> queue_;                   ///< those that have a group, each once
    unsigned credit_ = 0;
};

}  // namespace cardresolver::dispatch
