#include "dispatch/dispatcher.hpp"

#include "dispatch/free_place.hpp"
#include "dispatch/verify.hpp"

#include <algorithm>

namespace cardresolver::dispatch {
namespace {

/// Retries that flow whatever happens: a tenth of the rate, at least so many a second.
constexpr double min_retry_floor = 10.0;

double retry_floor(const pace& pace) {
    double floor = min_retry_floor;
    for (const auto& limit : pace.limits)
        floor = std::max(floor, per_second(limit) / 10);
    return floor;
}

/// Requests that wait beside those for all connections: so one can go out as soon as another is answered.
constexpr std::size_t requests_ahead = 2;

/// A function of its own, so that a line whose number is new pays for nothing here.
[[gnu::noinline]] void answer_again(const card_table& cards, std::uint32_t answer, std::uint64_t line,
                                    outcome_listener& listener) {
    listener.on_outcome(cards.answered_row(answer, line));
}

}  // namespace

dispatcher::dispatcher(const settings& settings, const carrier::status_catalogue& catalogue)
    : settings_(settings),
      catalogue_(catalogue),
      random_(settings.seed),
      cards_(settings.window, settings.remembered),
      batcher_(settings.batch_size, settings.linger),
      gate_(settings.pace, settings.process, settings.longest_flight),
      budget_(retry_floor(settings.pace)),
      health_(random_),
      writer_(cards_) {}

std::size_t dispatcher::cards_wanted() const noexcept {
    const auto room = cards_.room();
    const auto waiting = batcher_.waiting_of_one_kind();
    if (!waiting) return room;
    const auto unused = settings_.connections - std::min(in_flight_, settings_.connections);
    const auto enough = (unused + requests_ahead) * batcher_.batch_size();
    return std::min(room, enough - std::min(*waiting, enough));
}

void dispatcher::add(std::span<const listed_card> list, std::size_t count, time_point now,
                     outcome_listener& listener) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto soon = i + card_table::fetch_ahead;
        if (soon < list.size()) cards_.fetch_number(list[soon].hash);
        const auto& card = list[i];
        const auto added = cards_.add({card.number, card.hash}, card.line, now);
        if (added.is_new) [[likely]] {
            batcher_.add_new(card.number.kind(), added.slot);
        } else if (added.answer != no_id) {
            answer_again(cards_, added.answer, card.line, listener);
        }
    }
}

time_point dispatcher::may_open_at(time_point now, std::size_t opening, std::size_t open) const noexcept {
    if (stop_ || draining_) return never;
    return health_.may_open_at(now, opening, open);
}

void dispatcher::on_opening(time_point now) {
    if (!first_attempt_at_) first_attempt_at_ = now;
    health_.on_opening(now);
}

void dispatcher::on_opened() noexcept {
    ever_opened_ = true;
    health_.on_opened();
}

void dispatcher::on_open_failed(const card::failure& failure) {
    if (failure.kind == card::failure_kind::cancelled) return;
    last_failure_ = card::describe(failure);
    health_.on_open_failed();
    if (failure.kind == card::failure_kind::certificate && !ever_opened_) {
        stop_because(stop_reason::certificate_refused, failure.detail);
    }
}

time_point dispatcher::give_up_at() const noexcept {
    if (http_seen_ || !first_attempt_at_ || stop_) return never;
    return *first_attempt_at_ + settings_.give_up_after;
}

std::string_view dispatcher::outage() const noexcept {
    return health_.is_away() ? last_failure_ : std::string_view();
}

void dispatcher::on_time(time_point now) {
    if (now >= give_up_at()) stop_because(stop_reason::never_reached, last_failure_);
}

void dispatcher::stop_because(stop_reason reason, std::string detail) {
    if (!stop_) stop_ = stop{reason, std::move(detail)};
}

bool dispatcher::is_finished() const noexcept {
    if (stop_ || draining_) return in_flight_ == 0;
    return input_ended_ && cards_.is_empty();
}

bool dispatcher::is_busy() const noexcept {
    return !stop_ && !draining_ && (in_flight_ > 0 || backlog() > 0);
}

time_point dispatcher::ledger_due_at(time_point now) const {
    // Without a lease, permits of requests that are still under way would be given to others.
    if ((stop_ || draining_) && in_flight_ == 0) return never;
    const bool has_word = health_.throttled_until() > std::max(now, told_hold_);
    const bool is_in_haste = is_busy() && !standing_still(now);
    return std::min(gate_.asks_at(now, is_in_haste), has_word ? gate_.asks_soon_at(now) : never);
}

quota::request dispatcher::ask_ledger(time_point now) {
    std::optional<duration> hold;
    if (health_.throttled_until() > std::max(now, told_hold_)) hold = health_.throttled_until() - now;
    told_hold_ = std::max(told_hold_, health_.throttled_until());
    return gate_.ask(now, is_busy(), hold);
}

void dispatcher::on_grant(const quota::grant& granted, time_point now) {
    gate_.on_grant(granted, now);
    if (granted.hold <= duration(0)) return;
    health_.hold_account(now + granted.hold);
    told_hold_ = std::max(told_hold_, health_.throttled_until());
}

std::optional<standstill> dispatcher::standing_still(time_point now) const noexcept {
    if (closed_until_ > now) return standstill{closed_until_, hold_reason::schedule};
    if (const auto resets_at = gate_.day_resets_at(now))
        return standstill{*resets_at, hold_reason::quota_spent};
    if (const auto why = health_.why_held(now)) return standstill{std::max(now, health_.resume_at()), *why};
    return std::nullopt;
}

time_point dispatcher::may_send_at(time_point now) {
    return next_candidate(now).at;
}

/// The request that goes out next, when all that has a say in it lets it.
dispatcher::candidate dispatcher::next_candidate(time_point now) {
    if (stop_ || draining_) return {};
    const auto healthy_at = health_.may_send_at(now, in_flight_);
    if (healthy_at == never) return {};
    auto best = find_candidate(now);
    if (best.at == never) return best;
    best.at = std::max({healthy_at, best.at, gate_.available_at(now), closed_until_});
    return best;
}

time_point dispatcher::gives_up_one_at(time_point now) {
    if (stop_ || draining_ || in_flight_ < 2 || !gate_.is_exhausted(now)) return never;
    return health_.probing_at();
}

batch_id dispatcher::longest_under_way() const noexcept {
    batch_id longest = no_id;
    for (batch_id id = 0; id < batches_.size(); ++id) {
        const bool is_longer = longest == no_id || batches_[id].sent_at < batches_[longest].sent_at;
        if (batches_[id].in_flight && is_longer) longest = id;
    }
    return longest;
}

std::optional<request_order> dispatcher::next(time_point now) {
    const auto chosen = next_candidate(now);
    if (chosen.at > now) return std::nullopt;
    if (chosen.from == origin::retry) budget_.spend();
    return send(take_candidate(chosen), now);
}

dispatcher::candidate dispatcher::find_candidate(time_point now) {
    take_back_deferred(now);
    if (!resends_.empty()) return {now, origin::resend, batches_[resends_.front()].kind};
    candidate best;
    if (!retries_.empty()) {
        const auto& [due, id] = *retries_.begin();
        best = {std::max(due, budget_.available_at(now)), origin::retry, batches_[id].kind};
        // Where an outage may have begun, others than those that have failed tell more.
        if (best.at <= now && !hunting_.may_go_first() && !health_.is_suspect()) return best;
    }
    const bool is_idle = in_flight_ == 0 && retries_.empty() && hunting_.size() == 0;
    auto kind = card::card_kind::iccid;
    const bool is_blocked = intake_blocked_ || cards_.is_full();
    const auto fresh_at = batcher_.ready_at(cards_, {input_ended_, is_blocked, is_idle}, now, kind);
    const bool is_fresh_better = fresh_at < best.at || (health_.is_suspect() && fresh_at <= now);
    if (is_fresh_better) best = {fresh_at, origin::fresh, kind};
    const bool others_wait = best.at <= now;
    if (others_wait ? hunting_.may_go_first() : hunting_.has_group()) best = {now, origin::hunt};
    if (!deferred_.empty()) best.at = std::min(best.at, deferred_.begin()->first);
    return best;
}

batch_id dispatcher::take_candidate(const candidate& chosen) {
    if (chosen.from == origin::hunt) {
        auto [hunt, group] = hunting_.take();
        const auto id = new_batch(cards_[group.front()].number.kind());
        batches_[id].cards = std::move(group);
        batches_[id].hunt = hunt;
        ++counts_.hunting;
        return id;
    }
    hunting_.on_other_sent();
    if (chosen.from == origin::fresh) {
        const auto id = new_batch(chosen.kind);
        batcher_.take(chosen.kind, batches_[id].cards, random_);
        return id;
    }
    batch_id id = no_id;
    if (chosen.from == origin::resend) {
        id = resends_.front();
        resends_.pop_front();
    } else {
        id = retries_.begin()->second;
        retries_.erase(retries_.begin());
    }
    ++counts_.retried;
    return id;
}

batch_id dispatcher::new_batch(card::card_kind kind) {
    const batch_id id = take_place(batches_, free_batches_);
    auto& one = batches_[id];
    one.kind = kind;
    one.cards.clear();
    one.hunt = no_id;
    one.failures = 0;
    return id;
}

/// Notes in each card that it is part of this request, and what the request needs of it.
void dispatcher::assign(batch_id id) {
    const auto& members = batches_[id].cards;
    numbers_.resize(members.size());
    auto* number = numbers_.data();
    std::uint16_t position = 0;
    for (const auto member : members) {
        auto& slot = cards_[member];
        slot.batch = id;
        slot.position = position++;
        *number++ = slot.number;
    }
    lines_.clear();
    if (!settings_.names_lines) return;
    for (const auto member : members)
        lines_.push_back(cards_[member].line);
}

request_order dispatcher::send(batch_id id, time_point now) {
    auto& one = batches_[id];
    CARDRESOLVER_VERIFY(!one.in_flight && !one.cards.empty() && one.cards.size() <= settings_.batch_size);
    assign(id);
    one.asked = one.cards.size();
    one.in_flight = true;
    one.sent_at = now;
    one.taken = gate_.take(now);
    health_.on_sent(now);
    ++in_flight_;
    ++counts_.sent;
    return {id, one.kind, numbers_, lines_};
}

}  // namespace cardresolver::dispatch
