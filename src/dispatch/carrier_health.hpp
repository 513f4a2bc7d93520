// Whether the carrier can be asked at all: proven, throttling, down, or refusing the account.
#pragma once

#include "dispatch/backoff.hpp"
#include "dispatch/clock.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace cardresolver::dispatch {

/// Holds back the whole account, where `backoff_policy` holds back one batch.
///
/// unproven ──answer──▶ well ──request too large──▶ unproven
/// well ──20 failures in a row──▶ down ──answer──▶ well
/// any ──account refusal──▶ suspected ──answer──▶ well, or ──second refusal──▶ (the run stops)
///
/// In every state but `well` one request is in flight at most. While down, a probe goes out at growing
/// intervals up to 5 s, and failures are not charged to cards: an outage is nobody's card's fault.
///
/// Each hold for throttling halves how many requests may be in flight after it, and each answer then allows
/// two more: a carrier that goes on refusing is soon asked by one probe at a time.
class carrier_health {
public:
    explicit carrier_health(random_source& random) : random_(random) {}

    /// When a request may be sent: `now`, later, or `never` while one in flight has to come back first.
    time_point may_send_at(time_point now, std::size_t in_flight) const noexcept;
    /// When a connection may be opened; the same with `opening` attempts under way and `open` ones there.
    time_point may_open_at(time_point now, std::size_t opening, std::size_t open) const noexcept;

    bool is_proven() const noexcept { return proven_; }
    bool is_down() const noexcept { return failures_ >= failures_until_down; }
    /// Several requests in a row have failed: an outage may have begun.
    bool is_suspect() const noexcept { return failures_ >= failures_until_suspect; }
    /// Until when a throttling carrier, or one that is down, is left alone; the past where it is not.
    time_point held_until() const noexcept { return hold_until_; }

    /// A decoded reply of a request sent at `sent_at` that neither refused the account nor throttled.
    void on_answer(time_point sent_at) noexcept;
    /// A whole request failed in passing: time-out, reset, HTTP 5xx, a transient code.
    void on_failure(time_point now);
    /// A request was too large: unproven again, since a smaller one may be too large as well.
    void on_too_large() noexcept {
        proven_ = false;
        failures_ = 0;
    }
    /// Code 73. Three in a row hold the account. `in_flight`: how many requests the carrier had at once.
    void on_busy(time_point now, std::size_t in_flight);
    /// Codes 71, 72, HTTP 429, HTTP 503 with Retry-After. What was sent before the hold began does not
    /// lengthen it, unless the carrier says so.
    void on_throttled(time_point sent_at, time_point now, std::optional<duration> retry_after,
                      std::size_t in_flight);
    /// An account refusal of a request sent at `sent_at`: true where it is the second word, and final.
    bool on_account_refusal(time_point sent_at, time_point now) noexcept;

    /// Another process of the account was told to leave the carrier alone.
    void on_held_by_others(time_point until) noexcept { hold_until_ = std::max(hold_until_, until); }

    void on_opened() noexcept { open_failures_ = 0; }
    void on_open_failed(time_point now);

private:
    static constexpr std::size_t unlimited = 1000;  ///< as many as there can be connections

    void hold_until(time_point until, std::size_t in_flight);

    static constexpr unsigned failures_until_suspect = 3;
    static constexpr unsigned failures_until_down = 20;
    static constexpr unsigned busy_until_hold = 3;

    random_source& random_;
    bool proven_ = false;
    unsigned failures_ = 0;
    unsigned probes_ = 0;
    unsigned busy_ = 0;
    unsigned throttled_ = 0;
    unsigned open_failures_ = 0;
    std::size_t most_in_flight_ = unlimited;
    time_point hold_until_ = time_point::min();
    time_point throttled_at_ = time_point::min();
    time_point open_at_ = time_point::min();
    std::optional<time_point> suspected_at_;
};

}  // namespace cardresolver::dispatch
