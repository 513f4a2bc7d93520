// What becomes of the cards that a reply has items for.
//
// An item that is throttled or busy while others are answered is put off: neither the account nor the card
// pays for it, but for `most_deferrals` times at most. An item without a status is no answer.
#include "dispatch/dispatcher.hpp"

#include <span>

namespace cardresolver::dispatch {

using carrier::status_class;

/// What the items of one reply have said so far.
struct dispatcher::item_counts {
    std::size_t busy = 0;
    std::size_t throttled = 0;
    std::size_t answered = 0;
};

/// Decides the cards that have an item; the others stay in the batch. `in_order`: of the first so many cards,
/// the items are the first ones, too. False where the items ask us to slow down: as many of them as are
/// answered, not counting cards that are put off again and again.
bool dispatcher::settle_items(batch_id id, std::size_t in_order, const carrier::reply& reply, time_point now,
                              outcome_listener& listener) {
    auto& one = batches_[id];
    const auto items_in_order = reply.items.first(in_order);
    std::size_t kept = 0;
    item_counts counts;
    for (std::size_t i = 0; i < one.cards.size();) {
        if (i < in_order) {
            const auto cards = std::span(one.cards).first(in_order).subspan(i);
            const auto alike = writer_.write_alike(cards, items_in_order.subspan(i), listener);
            counts.answered += alike;
            i += alike;
            if (alike > 0) continue;
        }
        const auto slot = one.cards[i];
        if (!settle(slot, matcher_.answers()[i], reply.items, counts, now, listener))
            one.cards[kept++] = slot;
        ++i;
    }
    one.cards.resize(kept);
    if (counts.busy + counts.throttled == 0 || counts.busy + counts.throttled < counts.answered) return true;
    if (counts.busy > 0) health_.on_busy(now, in_flight_ + 1);
    if (counts.throttled > 0) health_.on_throttled(one.sent_at, now, std::nullopt, in_flight_ + 1);
    return false;
}

/// `answer`: see `reply_matcher::answers`. False where there is none, and the card stays in its batch.
bool dispatcher::settle(slot_id slot, std::int32_t answer, std::span<const carrier::reply_item> items,
                        item_counts& counts, time_point now, outcome_listener& listener) {
    if (answer == reply_matcher::conflict) {
        const verdict why{"conflict", "the carrier gave two different answers in one reply"};
        if (!charge(slot, why, listener)) ask_alone(slot, now);
        return true;
    }
    if (answer == reply_matcher::missing) return false;
    const auto& item = items[static_cast<std::size_t>(answer)];
    if (item.status.empty()) return false;
    const auto meaning = catalogue_.classify(item.status, item.message);
    const bool is_news = cards_[slot].deferrals == 0;
    if (meaning == status_class::busy) {
        counts.busy += is_news ? 1 : 0;
    } else if (meaning == status_class::throttled) {
        counts.throttled += is_news ? 1 : 0;
    } else {
        ++counts.answered;
    }
    if (meaning != status_class::answered) {
        settle_unresolved(slot, item, meaning, now, listener);
    } else if (!writer_.write_resolved(slot, item, listener)) {
        ask_again(slot, {"missing", "the carrier's answer gives no other number"}, true, now, listener);
    }
    return true;
}

/// Decides a card whose item is no success, or has it asked again.
void dispatcher::settle_unresolved(slot_id slot, const carrier::reply_item& item, status_class meaning,
                                   time_point now, outcome_listener& listener) {
    const verdict why{item.status, item.message};
    switch (meaning) {
        case status_class::throttled:
        case status_class::busy:
            return defer(slot, why, now, listener);
        case status_class::transient:
            return ask_again(slot, why, true, now, listener);
        default:
            writer_.write_refused(slot, item.status, item.message, listener);
    }
}

}  // namespace cardresolver::dispatch
