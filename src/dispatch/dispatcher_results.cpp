// What becomes of a request: the second half of the dispatcher.
//
//   top status   | one card            | many cards
//   -------------+---------------------+------------------------------------------
//   answered     | items decide; what the items leave out is asked again
//   card, request| refused             | a hunt for the bad card: it must not condemn the rest
//   too large    | failed after tries  | asked again in smaller requests; the cap is halved for the run
//   throttled    | the account waits; no card is charged
//   busy         | the batch waits, after three in a row the account; no card is charged
//   transient    | the batch waits; its cards are charged, unless the carrier is down. A batch that fails
//                | again and again while others are answered is taken apart
//   account      | one more try, alone; then the run stops
//   configuration, own fault | the run stops
#include "dispatch/dispatcher.hpp"
#include "dispatch/verify.hpp"

#include <algorithm>
#include <cmath>

namespace cardresolver::dispatch {

using carrier::status_class;

namespace {

/// A batch that has failed so often while so many others were answered may have a card in it that is at
/// fault.
constexpr unsigned failures_until_hunt = 3;
constexpr std::uint64_t answers_until_hunt = 20;
/// But only where a batch without one would hardly ever fail so often in a row.
constexpr double least_chance = 0.005;

std::string code_and_text(std::string_view status, std::string_view message) {
    std::string text(status);
    if (!message.empty()) text.append(" ").append(message);
    return text;
}

}  // namespace

dispatcher::batch& dispatcher::end_request(batch_id id, time_point now) {
    CARDRESOLVER_VERIFY(id < batches_.size() && batches_[id].in_flight);
    auto& one = batches_[id];
    one.in_flight = false;
    --in_flight_;
    gate_.release(now);
    return one;
}

bool dispatcher::on_reply(batch_id id, const carrier::reply& reply, time_point now,
                          outcome_listener& listener) {
    auto& one = end_request(id, now);
    http_seen_ = true;
    ++counts_.answered;
    const auto meaning = catalogue_.classify(reply.status, reply.message);
    const auto matched = matcher_.match(cards_, id, one.cards, one.kind, reply.items);
    counts_.repeated_items += matched.repeated;
    const bool is_somebody_elses = meaning == status_class::answered && matched.foreign > 0 &&
                                   matched.matched == 0 && matched.conflicting == 0;
    if (is_somebody_elses) {
        ++counts_.discarded;
        fail(id, {"malformed", "the reply answers for other cards"}, now, listener);
        return false;
    }
    counts_.foreign_items += matched.foreign;
    const bool is_calm = settle_items(id, reply, now, listener);
    if (meaning == status_class::answered && is_calm) {
        health_.on_answer(one.sent_at);
        budget_.earn();
        ++well_answered_;
    }
    act_on_rest(id, meaning, {reply.status, reply.message}, now, listener);
    return true;
}

/// Decides the cards that have an item; the others stay in the batch. False where an item asks us to slow
/// down.
bool dispatcher::settle_items(batch_id id, const carrier::reply& reply, time_point now,
                              outcome_listener& listener) {
    auto& one = batches_[id];
    const auto answers = matcher_.answers();
    std::size_t kept = 0;
    bool is_busy = false;
    bool is_throttled = false;
    for (std::size_t i = 0; i < one.cards.size(); ++i) {
        const auto slot = one.cards[i];
        if (answers[i] >= 0) {
            const auto& item = reply.items[static_cast<std::size_t>(answers[i])];
            const auto meaning = settle_item(slot, item, now, listener);
            is_busy = is_busy || meaning == status_class::busy;
            is_throttled = is_throttled || meaning == status_class::throttled;
        } else if (answers[i] == reply_matcher::conflict) {
            const verdict why{"conflict", "the carrier gave two different answers in one reply"};
            if (!charge(slot, why, listener)) ask_alone(slot, now);
        } else {
            one.cards[kept++] = slot;
        }
    }
    one.cards.resize(kept);
    if (is_busy) health_.on_busy(now);
    if (is_throttled) health_.on_throttled(one.sent_at, now, std::nullopt);
    return !is_busy && !is_throttled;
}

status_class dispatcher::settle_item(slot_id slot, const carrier::reply_item& item, time_point now,
                                     outcome_listener& listener) {
    if (item.status.empty()) {  // it says nothing about the card
        ask_again(slot, {"missing", "the card's item has no status"}, true, now, listener);
        return status_class::unknown;
    }
    const verdict why{item.status, item.message};
    const auto meaning = catalogue_.classify(item.status, item.message);
    switch (meaning) {
        case status_class::answered:
            if (!writer_.write_resolved(slot, item, listener)) {
                ask_again(slot, {"missing", "the carrier's answer gives no other number"}, true, now,
                          listener);
            }
            break;
        case status_class::throttled:
        case status_class::busy:
            ask_again(slot, why, false, now, listener);
            break;
        case status_class::transient:
            ask_again(slot, why, true, now, listener);
            break;
        default:
            writer_.write_refused(slot, item.status, item.message, listener);
    }
    return meaning;
}

/// What the top status means for the cards that no item decided.
void dispatcher::act_on_rest(batch_id id, status_class meaning, const verdict& why, time_point now,
                             outcome_listener& listener) {
    auto& one = batches_[id];
    const bool carrier_is_well = meaning == status_class::card || meaning == status_class::all_cards ||
                                 meaning == status_class::request;
    if (carrier_is_well) health_.on_answer(one.sent_at);
    if (meaning == status_class::answered) return leave_out(id, now, listener);
    if (one.cards.empty()) {
        leave_hunt(one, group_result::withdrawn);
        return release(id);
    }
    switch (meaning) {
        case status_class::answered:
            return;
        case status_class::card:
        case status_class::all_cards:
        case status_class::request:
            return refuse_or_hunt(id, why, now, listener);
        case status_class::too_large:
            return shrink(id, why, now, listener);
        case status_class::throttled:
            return throttle(id, std::nullopt, now);
        case status_class::busy:
            health_.on_busy(now);
            return schedule_retry(id, now);
        case status_class::account:
            return suspect_account(id, why, now);
        case status_class::configuration:
            resends_.push_front(id);
            return stop_because(stop_reason::wrong_interface, code_and_text(why.status, why.message));
        case status_class::own_fault:
            resends_.push_front(id);
            return stop_because(stop_reason::own_fault, code_and_text(why.status, why.message));
        case status_class::transient:
        case status_class::unknown:
            return fail(id, why, now, listener);
    }
}

/// The carrier has answered, but not for the cards that are still in the batch.
void dispatcher::leave_out(batch_id id, time_point now, outcome_listener& listener) {
    auto& one = batches_[id];
    leave_hunt(one, group_result::clean);
    for (const auto slot : one.cards) {
        ask_again(slot, {"missing", "the reply left this card out"}, true, now, listener);
    }
    release(id);
}

void dispatcher::on_malformed_reply(batch_id id, time_point now, outcome_listener& listener) {
    end_request(id, now);
    http_seen_ = true;
    ++counts_.malformed;
    fail(id, {"malformed", "the reply is not what the carrier's document describes"}, now, listener);
}

void dispatcher::on_http_status(batch_id id, unsigned status, std::optional<duration> retry_after,
                                time_point now, outcome_listener& listener) {
    auto& one = end_request(id, now);
    http_seen_ = true;
    const std::string code = "http-" + std::to_string(status);
    const verdict why{code, "the carrier answered with an HTTP error"};
    last_failure_ = "HTTP status " + std::to_string(status);
    const bool is_many = one.asked > 1;
    if (status == 429 || (status == 503 && retry_after)) {
        throttle(id, retry_after, now);
    } else if (status == 401 || status == 403) {
        suspect_account(id, why, now);
    } else if (status == 400 && is_many) {
        hunt(id, hunt_cause::refused);
    } else if ((status == 413 || status == 414) && is_many) {
        shrink(id, why, now, listener);
    } else {
        fail(id, why, now, listener);
    }
}

void dispatcher::on_failure(batch_id id, const card::failure& failure, time_point now,
                            outcome_listener& listener) {
    end_request(id, now);
    // Only a connection that has carried a reply can be stale, so there is an end to these resends.
    if (failure.kind == card::failure_kind::stale) {
        ++counts_.stale;
        return resends_.push_front(id);
    }
    if (failure.kind == card::failure_kind::cancelled) return resends_.push_front(id);
    last_failure_ = card::describe(failure);
    if (failure.kind == card::failure_kind::timeout) {
        ++counts_.timed_out;
        return fail(id, {"timeout", "the carrier did not answer in time"}, now, listener);
    }
    if (failure.kind == card::failure_kind::protocol) {
        ++counts_.malformed;
        return fail(id, {"malformed", "the reply is not valid HTTP"}, now, listener);
    }
    fail(id, {"connection", "the connection broke before the reply was complete"}, now, listener);
}

void dispatcher::refuse_or_hunt(batch_id id, const verdict& why, time_point now, outcome_listener& listener) {
    auto& one = batches_[id];
    if (one.asked == 1) {
        writer_.write_refused(one.cards.front(), why.status, why.message, listener);
        leave_hunt(one, group_result::lone_card_decided);
        return release(id);
    }
    if (one.cards.size() > 1 || one.hunt != no_id) return hunt(id, hunt_cause::refused);
    ask_alone(one.cards.front(), now);  // the others have an answer
    release(id);
}

void dispatcher::shrink(batch_id id, const verdict& why, time_point now, outcome_listener& listener) {
    auto& one = batches_[id];
    if (one.asked == 1) return fail(id, why, now, listener);
    health_.on_too_large();
    // A request that went out before the cap fell teaches nothing new.
    if (one.asked <= batcher_.batch_size()) batcher_.limit_batch_size(one.asked / 2);
    leave_hunt(one, group_result::withdrawn);
    for (const auto slot : one.cards)
        ask_again(slot, why, false, now, listener);
    release(id);
}

/// Takes the request apart to find its bad cards.
void dispatcher::hunt(batch_id id, hunt_cause cause) {
    auto& one = batches_[id];
    for (const auto slot : one.cards)
        cards_[slot].batch = no_id;
    if (one.hunt != no_id) {
        hunting_.on_refused(one.hunt, std::move(one.cards));
    } else {
        hunting_.begin(cause, std::move(one.cards));
    }
    release(id);
}

/// Whether it must be one of its cards that makes the batch fail.
bool dispatcher::spoils_requests(const batch& one) const noexcept {
    if (one.cards.size() < 2) return false;
    if (one.hunt != no_id && hunting_.cause_of(one.hunt) == hunt_cause::failing) return true;
    const auto failures = one.failures + 1;
    const auto answered = well_answered_ - one.answered_then;
    if (failures < 2 || answered < answers_until_hunt) return false;
    if (failures + 1 >= settings_.attempts) return true;  // its cards would all be failed by the next one
    const auto failed = static_cast<double>(failed_ - one.failed_then);
    const double share = failed / (failed + static_cast<double>(answered));
    return failures >= failures_until_hunt && std::pow(share, failures) <= least_chance;
}

/// A card that is asked alone since requests with it fail: its failures say nothing about the carrier.
bool dispatcher::is_lone_suspect(const batch& one) const noexcept {
    return one.asked == 1 && one.hunt != no_id && hunting_.cause_of(one.hunt) == hunt_cause::failing;
}

void dispatcher::suspect_account(batch_id id, const verdict& why, time_point now) {
    if (health_.on_account_refusal(batches_[id].sent_at, now)) {
        stop_because(stop_reason::account_refused, code_and_text(why.status, why.message));
    }
    resends_.push_front(id);
}

void dispatcher::throttle(batch_id id, std::optional<duration> retry_after, time_point now) {
    ++counts_.throttled;
    health_.on_throttled(batches_[id].sent_at, now, retry_after);
    resends_.push_back(id);
}

/// The whole request failed in passing.
void dispatcher::fail(batch_id id, const verdict& why, time_point now, outcome_listener& listener) {
    auto& one = batches_[id];
    if (!is_lone_suspect(one)) health_.on_failure(now);
    if (one.failures == 0) {
        one.answered_then = well_answered_;
        one.failed_then = failed_;
    }
    ++failed_;
    if (health_.is_down()) return schedule_retry(id, now);
    if (spoils_requests(one)) return hunt(id, hunt_cause::failing);
    const auto is_final = [&](slot_id slot) { return charge(slot, why, listener); };
    std::erase_if(one.cards, is_final);
    if (!one.cards.empty()) return schedule_retry(id, now);
    leave_hunt(one, one.asked == 1 ? group_result::lone_card_decided : group_result::withdrawn);
    release(id);
}

void dispatcher::schedule_retry(batch_id id, time_point now) {
    auto& one = batches_[id];
    ++one.failures;
    const auto wait = health_.is_suspect() ? settings_.suspect_retry.draw_upper_half(one.failures, random_)
                                           : settings_.retry.draw(one.failures, random_);
    retries_.emplace(now + wait, id);
}

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

/// The card's next request holds no other card.
void dispatcher::ask_alone(slot_id slot, time_point at) {
    auto& card = cards_[slot];
    const auto id = new_batch(card.number.kind());
    card.batch = no_id;
    batches_[id].cards.push_back(slot);
    retries_.emplace(at, id);
}

void dispatcher::leave_hunt(batch& one, group_result result) {
    if (one.hunt == no_id) return;
    const auto hunt = std::exchange(one.hunt, no_id);
    switch (result) {
        case group_result::clean:
            return hunting_.on_clean(hunt);
        case group_result::lone_card_decided:
            return hunting_.on_refused(hunt, {});
        case group_result::withdrawn:
            return hunting_.on_withdrawn(hunt);
    }
}

/// Its cards are decided, or in a queue again.
void dispatcher::release(batch_id id) {
    batches_[id].cards.clear();
    free_batches_.push_back(id);
}

}  // namespace cardresolver::dispatch
