// Whether the carrier can be asked at all: proven, throttling, down, or refusing the account.
#pragma once

#include "dispatch/backoff.hpp"
#include "dispatch/clock.hpp"
#include "dispatch/hold_reason.hpp"
#include "dispatch/throttling.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace cardresolver::dispatch {

/// Holds back the whole account, where `backoff_policy` holds back one batch.
///
/// unproven ──answer──▶ well ──request too large──▶ unproven
/// well ──20 failures in a row, or of 4 batches within 10 s at least──▶ down ──answer──▶ well
/// well ──5 s without a sign of life──▶ silent ──sign of life──▶ well
/// any ──account refusal──▶ suspected ──answer──▶ well, or ──second refusal──▶ (the run stops)
///
/// Unproven and suspected, one request is in flight at most. While the carrier is down or silent, a probe
/// goes out at growing intervals up to 4.5 s, and so does an attempt to connect: each as soon as the one
/// before it has failed, or after 4.5 s if that hangs. Down, failures are not charged to cards: an outage is
/// nobody's card's fault. Silence alone forgives nothing: it may be the last cards of a list that the carrier
/// chokes on.
///
/// Each further hold for throttling halves how many requests may be in flight after it, and each answer then
/// allows two more: a carrier that goes on refusing is soon asked by one probe at a time.
class carrier_health {
public:
    explicit carrier_health(random_source& random) : random_(random), throttling_(random) {}

    /// When a request may be sent: `now`, later, or `never` while one in flight has to come back first.
    time_point may_send_at(time_point now, std::size_t in_flight) const noexcept;
    /// When a connection may be opened; the same with `opening` attempts under way and `open` ones there.
    time_point may_open_at(time_point now, std::size_t opening, std::size_t open) const noexcept;

    bool is_proven() const noexcept { return proven_; }
    bool is_down() const noexcept { return is_down_; }
    /// Down; or without a word between, several attempts to connect have failed, or a request after a while.
    bool is_away() const noexcept {
        return is_down_ || is_mute_ || refused_openings_ >= failures_until_suspect;
    }
    /// Several requests in a row have failed: an outage may have begun.
    bool is_suspect() const noexcept { return failures_ >= failures_until_suspect; }
    /// Down or silent: probes go out, although requests may hang in all connections that there are to be.
    bool is_probing(time_point now) const noexcept { return now >= probing_at(); }
    /// When that begins, if nothing is heard until then; the past where it has, `never` with nothing to hear.
    time_point probing_at() const noexcept { return is_down() ? time_point::min() : silent_at(); }

    /// What was sent before this and is still under way hangs: a probe that went out well after it has been
    /// answered. It keeps connections and permits from others.
    time_point hung_before() const noexcept { return hung_before_; }

    /// Until when nothing is sent; the past where that is not so.
    time_point held_until() const noexcept;
    /// Nothing where requests flow.
    std::optional<hold_reason> why_held(time_point now) const noexcept;
    /// When requests are expected to flow again, where one knows; at least `held_until()`.
    time_point resume_at() const noexcept { return std::max(held_until(), throttling_.resume_at()); }
    /// Until when the carrier has asked to be left alone: the whole account, all its processes.
    time_point throttled_until() const noexcept { return throttling_.held_until(); }

    /// Another process of the account has been told to leave the carrier alone until then.
    void hold_account(time_point until) noexcept { throttling_.hold(until); }
    /// When the carrier's next day begins; see `throttling::set_day_reset`.
    void set_day_reset(time_point at, time_point now) noexcept { throttling_.set_day_reset(at, now); }

    /// A request goes out. Exactly one of the results below may follow.
    void on_sent(time_point now);
    /// A decoded reply of a request sent at `sent_at` that neither refused the account nor throttled.
    void on_answer(time_point sent_at) noexcept;
    /// A whole request failed in passing: time-out, reset, HTTP 5xx, a transient code.
    /// `is_first_of_batch`: what it asked for had not failed before.
    void on_failure(time_point now, bool is_first_of_batch);
    /// A request was too large: unproven again, since a smaller one may be too large as well.
    void on_too_large() noexcept;
    /// Code 73. Three in a row hold the account. `in_flight`: how many requests the carrier had at once.
    void on_busy(time_point now, std::size_t in_flight);
    /// Codes 71, 72, HTTP 429, HTTP 503 with Retry-After. What was sent before the hold began does not
    /// lengthen it, unless the carrier says so.
    void on_throttled(time_point sent_at, time_point now, std::optional<duration> retry_after,
                      std::size_t in_flight);
    /// An account refusal of a request sent at `sent_at`: true where it is the second word, and final.
    bool on_account_refusal(time_point sent_at, time_point now) noexcept;

    void on_opening(time_point now) noexcept { last_opening_ = now; }
    void on_opened() noexcept;
    void on_open_failed();

private:
    static constexpr std::size_t unlimited = 1000;  ///< as many as there can be connections
    static constexpr unsigned failures_until_suspect = 3;
    static constexpr unsigned failures_until_down = 20;
    /// Where requests are few, or slow to fail, those of so many batches over such a time will do: it cannot
    /// be the cards of all of them.
    static constexpr unsigned batches_until_down = 4;
    static constexpr duration failing_time = std::chrono::seconds(10);
    static constexpr unsigned busy_until_hold = 3;

    time_point silent_at() const noexcept;
    void on_sign_of_life() noexcept;
    void come_back_with_less(std::size_t in_flight) noexcept;

    random_source& random_;
    throttling throttling_;
    bool proven_ = false;
    unsigned failures_ = 0;  ///< in a row
    unsigned failing_batches_ = 0;
    time_point failing_since_{};
    bool is_down_ = false;
    bool is_mute_ = false;
    unsigned probes_ = 0;
    unsigned busy_ = 0;
    unsigned open_failures_ = 0;     ///< in a row
    unsigned refused_openings_ = 0;  ///< of these, since the last sign of life
    std::size_t most_in_flight_ = unlimited;
    std::optional<time_point> unanswered_since_;  ///< the first request since the last sign of life
    time_point last_sent_ = time_point::min();
    duration probe_wait_{};  ///< from `last_sent_` to the next probe, if nothing is in flight then
    time_point hung_before_ = time_point::min();
    time_point last_opening_ = time_point::min();
    duration open_wait_{};  ///< likewise, from `last_opening_`
    std::optional<time_point> suspected_at_;
};

}  // namespace cardresolver::dispatch
