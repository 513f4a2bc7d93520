// What becomes of a request: the second half of the dispatcher.
//
//   top status   | one card            | many cards
//   -------------+---------------------+------------------------------------------
//   answered     | items decide; what the items leave out is asked again. Where they leave out all, the
//                | batch has failed
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
/// A card of a batch that is taken apart since it keeps failing may fail so often alone: it was the company
/// that failed before.
constexpr unsigned attempts_alone = 2;

std::string code_and_text(std::string_view status, std::string_view message) {
    std::string text(status);
    if (!message.empty()) text.append(" ").append(message);
    return text;
}

}  // namespace

dispatcher::batch& dispatcher::end_request(batch_id id, permit_end end, time_point now) {
    CARDRESOLVER_VERIFY(id < batches_.size() && batches_[id].in_flight);
    auto& one = batches_[id];
    one.in_flight = false;
    --in_flight_;
    gate_.release(one.taken, end, now);
    return one;
}

bool dispatcher::on_reply(batch_id id, const carrier::reply& reply, time_point now,
                          outcome_listener& listener) {
    const auto meaning = catalogue_.classify(reply.status, reply.message);
    for (const auto slot : batches_[id].cards)
        cards_.fetch(slot);
    auto& one =
        end_request(id, meaning == status_class::throttled ? permit_end::refused : permit_end::answered, now);
    http_seen_ = true;
    ++counts_.answered;
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
    const bool is_calm = settle_items(id, matched.in_order, reply, now, listener);
    if (meaning == status_class::answered && is_calm) {
        health_.on_answer(one.sent_at);
        budget_.earn();
        if (one.cards.size() < one.asked) ++well_answered_;
    }
    act_on_rest(id, meaning, {reply.status, reply.message}, now, listener);
    return true;
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
            health_.on_busy(now, in_flight_ + 1);
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
    const verdict why{"missing", "the reply has no answer for this card"};
    const bool has_left_out_all = one.cards.size() == one.asked;
    if (has_left_out_all && (one.asked > 1 || one.hunt != no_id)) {
        note_failure(one);
        return try_again(id, why, now, listener);
    }
    leave_hunt(one, group_result::clean);
    for (const auto slot : one.cards)
        ask_again(slot, why, true, now, listener);
    release(id);
}

void dispatcher::on_malformed_reply(batch_id id, time_point now, outcome_listener& listener) {
    end_request(id, permit_end::answered, now);
    http_seen_ = true;
    ++counts_.malformed;
    fail(id, {"malformed", "the reply is not what the carrier's document describes"}, now, listener);
}

void dispatcher::on_http_status(batch_id id, unsigned status, std::optional<duration> retry_after,
                                time_point now, outcome_listener& listener) {
    const bool is_throttled = status == 429 || (status == 503 && retry_after);
    auto& one = end_request(id, is_throttled ? permit_end::refused : permit_end::answered, now);
    http_seen_ = true;
    const std::string code = "http-" + std::to_string(status);
    const verdict why{code, "the carrier answered with an HTTP error"};
    const bool is_many = one.asked > 1;
    if (is_throttled) {
        throttle(id, retry_after, now);
    } else if (status == 401 || status == 403) {
        suspect_account(id, why, now);
    } else if (status == 404 && !health_.is_proven() && ++not_found_ > 1) {
        resends_.push_front(id);
        stop_because(stop_reason::wrong_interface, code);
    } else if (status == 400 && is_many) {
        hunt(id, hunt_cause::refused);
    } else if ((status == 413 || status == 414) && is_many) {
        shrink(id, why, now, listener);
    } else {
        fail(id, why, now, listener);
    }
    last_failure_ = "HTTP status " + std::to_string(status);
}

void dispatcher::on_failure(batch_id id, const card::failure& failure, time_point now,
                            outcome_listener& listener) {
    // What the peer has closed it takes nothing from any more; what we close may be under way yet.
    const bool is_ours =
        failure.kind == card::failure_kind::timeout || failure.kind == card::failure_kind::cancelled;
    end_request(id, is_ours ? permit_end::given_up : permit_end::closed, now);
    // Only a connection that has carried a reply can be stale, so there is an end to these resends.
    if (failure.kind == card::failure_kind::stale) {
        ++counts_.stale;
        return resends_.push_front(id);
    }
    if (failure.kind == card::failure_kind::cancelled) return resends_.push_front(id);
    verdict why{"connection", "the connection broke before the reply was complete"};
    if (failure.kind == card::failure_kind::timeout) {
        ++counts_.timed_out;
        why = {"timeout", "the carrier did not answer in time"};
    } else if (failure.kind == card::failure_kind::protocol) {
        ++counts_.malformed;
        why = {"malformed", "the reply is not valid HTTP"};
    }
    fail(id, why, now, listener);
    last_failure_ = card::describe(failure);
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

/// It was the company that failed: each card gets so many attempts alone.
void dispatcher::forgive(const batch& one) {
    const auto most = settings_.attempts - std::min(settings_.attempts, attempts_alone);
    for (const auto slot : one.cards)
        cards_[slot].attempts = static_cast<std::uint16_t>(std::min<unsigned>(cards_[slot].attempts, most));
}

/// Takes the request apart to find its bad cards.
void dispatcher::hunt(batch_id id, hunt_cause cause) {
    auto& one = batches_[id];
    for (const auto slot : one.cards)
        cards_[slot].batch = no_id;
    if (one.hunt != no_id) {
        hunting_.on_refused(one.hunt, std::move(one.cards));
    } else {
        if (cause == hunt_cause::failing) forgive(one);
        hunting_.begin(cause, std::move(one.cards), well_answered_);
    }
    release(id);
}

/// Whether it seems to be one of its cards that makes the batch fail. Where the next failure would be that of
/// all its cards, it is taken apart in any case, if the carrier has answered anything at all.
bool dispatcher::spoils_requests(const batch& one) const noexcept {
    if (one.cards.size() < 2) return false;
    if (one.hunt != no_id && hunting_.cause_of(one.hunt) == hunt_cause::failing) return true;
    const auto failures = one.failures + 1;
    if (failures < 2) return false;
    if (failures + 1 >= settings_.attempts) return well_answered_ > 0;
    const auto answered = well_answered_ - one.answered_then;
    if (failures < failures_until_hunt || answered < answers_until_hunt) return false;
    const auto failed = static_cast<double>(failed_ - one.failed_then);
    const double share = failed / (failed + static_cast<double>(answered));
    return std::pow(share, failures) <= least_chance;
}

/// A card that is asked alone since requests with it fail.
bool dispatcher::is_hunted_alone(const batch& one) const noexcept {
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
    health_.on_throttled(batches_[id].sent_at, now, retry_after, in_flight_ + 1);
    resends_.push_back(id);
}

/// The whole request failed in passing. A card that is hunted alone while others are answered says nothing
/// about the carrier; while none is, nothing about the card.
void dispatcher::fail(batch_id id, const verdict& why, time_point now, outcome_listener& listener) {
    last_failure_ = code_and_text(why.status, why.message);
    auto& one = batches_[id];
    const bool is_alone = is_hunted_alone(one);
    const bool others_fare_better = is_alone && well_answered_ > hunting_.answered_before(one.hunt);
    if (!others_fare_better) health_.on_failure(now, one.failures == 0 && one.hunt == no_id);
    note_failure(one);
    if (health_.is_down() || (is_alone && !others_fare_better)) return schedule_retry(id, now);
    try_again(id, why, now, listener);
}

void dispatcher::note_failure(batch& one) noexcept {
    if (one.failures == 0) {
        one.answered_then = well_answered_;
        one.failed_then = failed_;
    }
    ++failed_;
}

/// Charges the cards; as a whole, if not too often.
void dispatcher::try_again(batch_id id, const verdict& why, time_point now, outcome_listener& listener) {
    auto& one = batches_[id];
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
