// How long the whole account keeps away from a carrier that refuses requests because there are too many.
#pragma once

#include "dispatch/backoff.hpp"
#include "dispatch/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace cardresolver::dispatch {

/// What a refusal says beyond those before it.
enum class refusal : std::uint8_t {
    echo,     ///< of a request that was sent before the hold for an earlier one ended: nothing new
    lone,     ///< in the middle of a good flow: the limit was touched, not passed for long
    further,  ///< there is too much, still
};

/// Codes 71 and 72, HTTP 429, HTTP 503 with Retry-After. Each refusal holds the account: a lone one for a
/// moment, further ones for twice as long each, up to a minute. The carrier's own word prevails where it asks
/// for more. What goes on for two minutes without a good answer is a spent quota: then there is a probe a
/// minute at most, and one when the carrier's day ends. Pure.
class throttling {
public:
    /// Good answers since the last refusal that make the next one a lone one.
    static constexpr unsigned good_flow = 20;
    static constexpr duration lone_hold = std::chrono::milliseconds(60);  ///< at most; at least half of it
    static constexpr duration longest_hold = std::chrono::minutes(1);     ///< of our own choice
    /// Of the carrier's choice, unless its quota is known to be spent: then until the day ends, if later.
    static constexpr duration longest_retry_after = std::chrono::minutes(15);
    static constexpr duration spent_after = std::chrono::minutes(2);

    explicit throttling(random_source& random) : random_(random) {}

    /// A request that was sent at `sent_at` was refused; `retry_after`: how long the carrier wants to be left
    /// alone, at least 0.
    refusal on_refused(time_point sent_at, time_point now, std::optional<duration> retry_after);
    /// A request that was sent at `sent_at` was answered well.
    void on_answer(time_point sent_at) noexcept;
    /// A request was neither answered nor refused: a probe of a spent quota, if there is one, is over.
    void on_failure(time_point now);

    /// Nothing is sent before `until`: another process of the account was told so.
    void hold(time_point until) noexcept { until_ = std::max(until_, until); }
    /// The carrier's next day begins, and a new quota with it, at `at`. To be said again when it has begun,
    /// and where the wall clock has changed; not said, spent quotas are probed all the same.
    void set_day_reset(time_point at, time_point now) noexcept;

    /// When the next request may go out; the past where nothing holds it.
    time_point held_until() const noexcept { return until_; }
    /// The quota is taken to be spent: no good answer for two minutes of refusals.
    bool is_spent() const noexcept { return is_spent_; }
    /// When requests are expected to be answered again: the day's end for a spent quota, if it is known.
    time_point resume_at() const noexcept;

private:
    void begin_new_day(time_point now) noexcept;
    void hold_until_probe(time_point now);

    random_source& random_;
    time_point until_ = time_point::min();
    time_point refused_at_ = time_point::min();  ///< the last refusal that was no echo
    std::optional<time_point> refused_since_;    ///< no good answer since
    unsigned refusals_ = 0;      ///< in a row, echoes not counted; one more where the first was no lone one
    unsigned good_answers_ = 0;  ///< since `refused_at_`
    bool is_spent_ = false;
    time_point day_reset_ = never;
};

}  // namespace cardresolver::dispatch
