#include "dispatch/throttling.hpp"

#include <algorithm>

namespace cardresolver::dispatch {
namespace {

constexpr backoff_policy holds{throttling::lone_hold, throttling::longest_hold};

/// Added to the minute between two probes of a spent quota, so that processes do not probe in step.
constexpr backoff_policy probe_jitter{std::chrono::seconds(5), std::chrono::seconds(5)};

}  // namespace

refusal throttling::on_refused(time_point sent_at, time_point now, std::optional<duration> retry_after) {
    begin_new_day(now);
    const bool is_echo = sent_at < refused_at_ || sent_at < until_;
    const bool is_lone = refusals_ == 0 && good_answers_ >= good_flow;
    if (!refused_since_) refused_since_ = now;
    is_spent_ = is_spent_ || now - *refused_since_ >= spent_after;
    if (!is_echo) {
        refusals_ += is_lone || refusals_ > 0 ? 1 : 2;
        refused_at_ = now;
        good_answers_ = 0;
        if (is_spent_) {
            hold_until_probe(now);
        } else {
            hold(now + holds.draw_upper_half(refusals_, random_));
        }
    }
    if (retry_after) {
        const bool is_day_known = is_spent_ && day_reset_ != never && day_reset_ > now;
        const auto bound = std::max(longest_retry_after, is_day_known ? day_reset_ - now : duration(0));
        hold(now + std::clamp(*retry_after, duration(0), bound));
    }
    if (is_echo) return refusal::echo;
    return is_lone ? refusal::lone : refusal::further;
}

void throttling::on_answer(time_point sent_at) noexcept {
    if (refused_since_ && sent_at >= *refused_since_) {
        refused_since_.reset();
        is_spent_ = false;
    }
    if (sent_at < refused_at_) return;
    refusals_ = 0;
    good_answers_ = std::min(good_answers_ + 1, good_flow);
}

void throttling::on_failure(time_point now) {
    if (is_spent_) hold_until_probe(now);
}

void throttling::set_day_reset(time_point at, time_point now) noexcept {
    begin_new_day(now);
    day_reset_ = at;
    if (is_spent_) until_ = std::min(until_, at);
}

time_point throttling::resume_at() const noexcept {
    return is_spent_ && day_reset_ != never ? std::max(until_, day_reset_) : until_;
}

/// What was refused before the day began says nothing about the new quota. Small holds again at first: the
/// carrier's clock may be a little behind.
void throttling::begin_new_day(time_point now) noexcept {
    if (!refused_since_ || *refused_since_ >= day_reset_ || now < day_reset_) return;
    refused_since_.reset();
    refusals_ = 0;
    is_spent_ = false;
}

void throttling::hold_until_probe(time_point now) {
    const auto next = now + longest_hold + probe_jitter.draw(1, random_);
    hold(day_reset_ > now ? std::min(next, day_reset_) : next);
}

}  // namespace cardresolver::dispatch
