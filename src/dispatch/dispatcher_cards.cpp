// What becomes of a single card that a reply did not decide: charged, asked again along with others, alone,
// or later.
#include "dispatch/dispatcher.hpp"

namespace cardresolver::dispatch {
namespace {

/// How often a card may be put off, at growing intervals: about five minutes in all.
constexpr unsigned most_deferrals = 20;
constexpr backoff_policy deferral_backoff{std::chrono::milliseconds(500), std::chrono::seconds(20)};

}  // namespace

/// Counts an attempt against the card; true where it was the last, and the row is written.
bool dispatcher::charge(slot_id slot, const verdict& why, outcome_listener& listener) {
    if (++cards_[slot].attempts < settings_.attempts) return false;
    writer_.write_failed(slot, why.status, why.message, listener);
    return true;
}

/// The card goes back to the queue of its kind, to be asked along with others.
void dispatcher::ask_again(slot_id slot, const verdict& why, bool is_charged, time_point now,
                           outcome_listener& listener) {
    if (is_charged && charge(slot, why, listener)) return;
    auto& card = cards_[slot];
    card.batch = no_id;
    card.queued_at = now;
    batcher_.add_leftover(card.number.kind(), slot);
}

/// The carrier has answered others and put this card off.
void dispatcher::defer(slot_id slot, const verdict& why, time_point now, outcome_listener& listener) {
    auto& card = cards_[slot];
    if (card.deferrals >= most_deferrals && charge(slot, why, listener)) return;
    ++card.deferrals;
    card.batch = no_id;
    deferred_.emplace(now + deferral_backoff.draw_upper_half(card.deferrals, random_), slot);
}

/// The card's next request holds no other card.
void dispatcher::ask_alone(slot_id slot, time_point at) {
    auto& card = cards_[slot];
    const auto id = new_batch(card.number.kind());
    card.batch = no_id;
    batches_[id].cards.push_back(slot);
    retries_.emplace(at, id);
}

/// Their time has come: they travel along with others again.
void dispatcher::take_back_deferred(time_point now) {
    while (!deferred_.empty() && deferred_.begin()->first <= now) {
        const auto slot = deferred_.begin()->second;
        deferred_.erase(deferred_.begin());
        cards_[slot].queued_at = now;
        batcher_.add_leftover(cards_[slot].number.kind(), slot);
    }
}

}  // namespace cardresolver::dispatch
