#include "dispatch/carrier_health.hpp"

#include <algorithm>

namespace cardresolver::dispatch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// From one probe to the next, at most: there is to be one every 5 s, and connecting takes its time too.
constexpr duration longest_wait = milliseconds(4500);
constexpr backoff_policy probe_backoff{milliseconds(250), longest_wait};
constexpr backoff_policy open_backoff{milliseconds(200), longest_wait};
constexpr backoff_policy busy_backoff{milliseconds(200), seconds(20)};

/// Nothing but failures, or nothing at all, for so long is silence.
constexpr duration silent_after = seconds(5);

/// A request that is overtaken by a probe by so much does not merely take its time.
constexpr duration overtaken_by = seconds(4);

time_point later(time_point at, duration wait) noexcept {
    return at == time_point::min() ? at : at + wait;
}

}  // namespace

time_point carrier_health::may_send_at(time_point now, std::size_t in_flight) const noexcept {
    const bool one_at_a_time = !proven_ || suspected_at_ || throttling_.is_spent();
    if (one_at_a_time && in_flight > 0) return never;
    const auto at = std::max(now, throttling_.held_until());
    if (is_probing(now)) return std::max(at, later(last_sent_, in_flight > 0 ? longest_wait : probe_wait_));
    return in_flight >= most_in_flight_ ? never : at;
}

time_point carrier_health::may_open_at(time_point now, std::size_t opening, std::size_t open) const noexcept {
    if (!proven_ && open > 0) return never;
    const bool one_at_a_time = !proven_ || open_failures_ > 0 || is_probing(now);
    if (!one_at_a_time) return now;
    return std::max(now, later(last_opening_, opening > 0 ? longest_wait : open_wait_));
}

time_point carrier_health::held_until() const noexcept {
    return is_down() ? std::max(later(last_sent_, probe_wait_), throttled_until()) : throttled_until();
}

std::optional<hold_reason> carrier_health::why_held(time_point now) const noexcept {
    if (is_away() || (now >= silent_at() && is_suspect())) return hold_reason::down;
    if (throttling_.is_spent()) return hold_reason::quota_spent;
    if (throttled_until() > now) return hold_reason::throttled;
    return std::nullopt;
}

time_point carrier_health::silent_at() const noexcept {
    return unanswered_since_ ? *unanswered_since_ + silent_after : never;
}

void carrier_health::on_sign_of_life() noexcept {
    failures_ = 0;
    failing_batches_ = 0;
    is_down_ = false;
    is_mute_ = false;
    refused_openings_ = 0;
    probes_ = 0;
    probe_wait_ = duration(0);
    unanswered_since_.reset();
}

void carrier_health::on_sent(time_point now) {
    if (is_probing(now)) probe_wait_ = probe_backoff.draw_upper_half(++probes_, random_);
    if (!unanswered_since_) unanswered_since_ = now;
    last_sent_ = now;
}

void carrier_health::on_answer(time_point sent_at) noexcept {
    if (probes_ > 0) hung_before_ = std::max(hung_before_, sent_at - overtaken_by);
    on_sign_of_life();
    proven_ = true;
    busy_ = 0;
    if (sent_at >= throttled_until()) most_in_flight_ = std::min(unlimited, most_in_flight_ + 2);
    throttling_.on_answer(sent_at);
    if (suspected_at_ && sent_at >= *suspected_at_) suspected_at_.reset();
}

void carrier_health::on_failure(time_point now, bool is_first_of_batch) {
    if (failures_++ == 0) failing_since_ = now;
    if (is_first_of_batch) ++failing_batches_;
    const bool hits_all = failing_batches_ >= batches_until_down && now - failing_since_ >= failing_time;
    if (!is_down_ && (failures_ >= failures_until_down || hits_all)) {
        is_down_ = true;
        if (probes_ == 0) probe_wait_ = probe_backoff.draw_upper_half(++probes_, random_);
    }
    if (unanswered_since_ && now - *unanswered_since_ >= failing_time) is_mute_ = true;
    throttling_.on_failure(now);
}

void carrier_health::on_too_large() noexcept {
    on_sign_of_life();
    proven_ = false;
}

void carrier_health::come_back_with_less(std::size_t in_flight) noexcept {
    most_in_flight_ = std::clamp<std::size_t>(in_flight / 2, 1, most_in_flight_);
}

void carrier_health::on_busy(time_point now, std::size_t in_flight) {
    on_sign_of_life();
    if (++busy_ < busy_until_hold) return;
    hold_account(now + busy_backoff.draw(busy_ - busy_until_hold + 1, random_));
    come_back_with_less(in_flight);
}

void carrier_health::on_throttled(time_point sent_at, time_point now, std::optional<duration> retry_after,
                                  std::size_t in_flight) {
    on_sign_of_life();
    if (throttling_.on_refused(sent_at, now, retry_after) == refusal::further) come_back_with_less(in_flight);
}

bool carrier_health::on_account_refusal(time_point sent_at, time_point now) noexcept {
    on_sign_of_life();
    if (!suspected_at_) {
        suspected_at_ = now;
        return false;
    }
    return sent_at >= *suspected_at_;
}

void carrier_health::on_opened() noexcept {
    open_failures_ = 0;
    refused_openings_ = 0;
    open_wait_ = duration(0);
}

void carrier_health::on_open_failed() {
    ++refused_openings_;
    open_wait_ = open_backoff.draw_upper_half(++open_failures_, random_);
}

}  // namespace cardresolver::dispatch
