#include "dispatch/carrier_health.hpp"

#include <algorithm>

namespace cardresolver::dispatch {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr backoff_policy probe_backoff{milliseconds(250), seconds(5)};
constexpr backoff_policy open_backoff{milliseconds(200), seconds(5)};
/// Draws of the upper half: for minutes on end, one probe a minute.
constexpr backoff_policy throttle_backoff{milliseconds(500), minutes(2)};
constexpr backoff_policy busy_backoff{milliseconds(200), seconds(20)};

/// The longest Retry-After that is believed.
constexpr duration max_retry_after = minutes(15);

}  // namespace

time_point carrier_health::may_send_at(time_point now, std::size_t in_flight) const noexcept {
    const bool one_at_a_time = !proven_ || is_down() || suspected_at_;
    if (in_flight >= (one_at_a_time ? 1 : most_in_flight_)) return never;
    return std::max(now, hold_until_);
}

time_point carrier_health::may_open_at(time_point now, std::size_t opening, std::size_t open) const noexcept {
    const bool one_at_a_time = !proven_ || is_down() || open_failures_ > 0;
    if (one_at_a_time && opening > 0) return never;
    if (!proven_ && open > 0) return never;
    return open_failures_ > 0 ? std::max(now, open_at_) : now;
}

void carrier_health::on_answer(time_point sent_at) noexcept {
    proven_ = true;
    failures_ = 0;
    probes_ = 0;
    busy_ = 0;
    if (sent_at >= throttled_at_) throttled_ = 0;
    if (sent_at >= hold_until_) most_in_flight_ = std::min(unlimited, most_in_flight_ + 2);
    if (suspected_at_ && sent_at >= *suspected_at_) suspected_at_.reset();
}

void carrier_health::on_failure(time_point now) {
    ++failures_;
    if (!is_down()) return;
    ++probes_;
    hold_until_ = std::max(hold_until_, now + probe_backoff.draw_upper_half(probes_, random_));
}

/// Leaves the carrier alone, and comes back with less.
void carrier_health::hold_until(time_point until, std::size_t in_flight) {
    hold_until_ = std::max(hold_until_, until);
    most_in_flight_ = std::clamp<std::size_t>(in_flight / 2, 1, most_in_flight_);
}

void carrier_health::on_busy(time_point now, std::size_t in_flight) {
    failures_ = 0;  // it answers, after all
    if (++busy_ < busy_until_hold) return;
    hold_until(now + busy_backoff.draw(busy_ - busy_until_hold + 1, random_), in_flight);
}

void carrier_health::on_throttled(time_point sent_at, time_point now, std::optional<duration> retry_after,
                                  std::size_t in_flight) {
    failures_ = 0;
    if (sent_at >= throttled_at_ && sent_at >= hold_until_) {
        ++throttled_;
        throttled_at_ = now;
        hold_until(now + throttle_backoff.draw_upper_half(throttled_, random_), in_flight);
    }
    if (retry_after) {
        hold_until_ = std::max(hold_until_, now + std::clamp(*retry_after, duration(0), max_retry_after));
    }
}

bool carrier_health::on_account_refusal(time_point sent_at, time_point now) noexcept {
    if (!suspected_at_) {
        suspected_at_ = now;
        return false;
    }
    return sent_at >= *suspected_at_;
}

void carrier_health::on_open_failed(time_point now) {
    ++open_failures_;
    open_at_ = now + open_backoff.draw_upper_half(open_failures_, random_);
}

}  // namespace cardresolver::dispatch
