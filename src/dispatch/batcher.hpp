// Cards that wait to be asked, sorted into requests.
#pragma once

#include "card/kind.hpp"
#include "dispatch/card_table.hpp"
#include "dispatch/clock.hpp"
#include "dispatch/random.hpp"
#include "dispatch/slot_queue.hpp"

#include <array>
#include <optional>
#include <vector>

namespace cardresolver::dispatch {

/// What the rest of the dispatcher knows that decides whether a partial request may go out.
struct batching_situation {
    bool input_ended = false;
    bool intake_blocked = false;  ///< no more cards can come before some leave
    bool is_idle = false;         ///< no request is in flight or waiting for its retry
};

/// Queues of one kind each: kinds never mix in a request. Cards that a reply left out stand before new ones.
///
/// A full request is ready at once. A partial one is ready, with no full one there: at the end of the input
/// (where leftovers are in it: once no further ones can come), when intake is blocked and nothing is under
/// way that would unblock it, or when its oldest card has waited `linger`.
class batcher {
public:
    batcher(std::size_t batch_size, duration linger) : batch_size_(batch_size), linger_(linger) {}

    void add_new(card::card_kind kind, slot_id slot) { queues_[index_of(kind)].fresh.push(slot); }
    void add_leftover(card::card_kind kind, slot_id slot) { queues_[index_of(kind)].leftovers.push(slot); }

    /// The carrier takes fewer cards than we thought: from now on at most `size`, at least 1.
    void limit_batch_size(std::size_t size) noexcept;
    std::size_t batch_size() const noexcept { return batch_size_; }

    /// When a request is ready: `now`, later (linger), or `never`. `kind` is then the one to take.
    time_point ready_at(const card_table& cards, const batching_situation& situation, time_point now,
                        card::card_kind& kind) const;

    /// Moves up to a full request's cards of `kind` to `out`, which is cleared first. Where leftovers are
    /// among them, who stands first is left to chance: a carrier may leave out whoever does.
    void take(card::card_kind kind, std::vector<slot_id>& out, random_source& random);

    /// Requests that the waiting cards will make.
    std::size_t backlog() const noexcept;

    /// How many cards wait, where they are all of one kind; nothing where they are not.
    std::optional<std::size_t> waiting_of_one_kind() const noexcept;

private:
    struct kind_queue {
        slot_queue leftovers;
        slot_queue fresh;
        std::size_t size() const noexcept { return leftovers.size() + fresh.size(); }
    };
    static time_point oldest(const kind_queue& queue, const card_table& cards);
    time_point partial_ready_at(const kind_queue& queue, const batching_situation& situation, time_point now,
                                time_point oldest) const;

    std::array<kind_queue, card::card_kind_count> queues_;
    std::size_t batch_size_;
    duration linger_;
};

}  // namespace cardresolver::dispatch
