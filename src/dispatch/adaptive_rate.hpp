// The rate that the carrier bears, found out by asking.
#pragma once

#include "dispatch/clock.hpp"

#include <cstddef>
#include <deque>
#include <optional>

namespace cardresolver::dispatch {

/// Additive increase, multiplicative decrease, with a memory: a refusal tells the limit, which is about what
/// the carrier took in the second before it. The rate falls below that at once, soon rests a little below it,
/// and after a while looks above it: slowly at first, ever faster while nothing is refused. Before the first
/// refusal, a rate that is to be found doubles each second; one that was given by the user as a ceiling is
/// tried at once.
///
/// Sends are bounded twice: by their spacing, and by how many there may be in any second, so that a rate that
/// has just fallen is not exceeded by what went out before.
class adaptive_rate {
public:
    /// As many as the other limits allow, until something is refused.
    adaptive_rate() = default;

    /// Never more than this, requests a second; none: unlimited.
    void set_ceiling(std::optional<double> ceiling) noexcept { ceiling_ = ceiling; }
    /// From now on, find the limit; begins with a low rate.
    void search() noexcept;
    /// The limit was found before, by this process or another.
    void remember(double limit) noexcept;

    /// What it knows becomes so many times as much: from now on, this process has another share of the
    /// account.
    void scale(double factor) noexcept;

    /// Requests a second that may be sent now; nothing: as many as the other limits allow.
    std::optional<double> rate() const noexcept;
    /// What the carrier is thought to bear; nothing where nothing was refused yet.
    std::optional<double> found() const noexcept { return limit_; }

    /// When the next request may go out as far as the number of sends in a second goes: `now`, or later.
    time_point available_at(time_point now);
    void on_sent(time_point now);
    /// A request that was sent at `sent_at` was refused for being too many.
    void on_refused(time_point sent_at, time_point now);
    /// Any other answer.
    void on_accepted() noexcept;

private:
    void advance(time_point now);
    void fall_to(double limit, time_point now) noexcept;
    void forget_refusals(time_point now) noexcept;
    std::size_t sends_between(time_point from, time_point to) const noexcept;
    void forget_sends(time_point now);

    std::optional<double> ceiling_;
    std::optional<double> rate_;          ///< none: as many as the other limits allow
    std::optional<double> limit_;         ///< what the carrier bore when it last refused
    std::optional<double> limit_before_;  ///< before the refusals in a row that go on
    std::optional<double> rate_before_;   ///< likewise
    unsigned refusals_ = 0;               ///< in a row
    double best_ = 0;                     ///< the most that it ever bore in a second
    std::deque<time_point> sent_;         ///< of late, without those that were refused
    time_point advanced_at_ = time_point::min();
    time_point fell_at_ = time_point::min();
    duration rested_{};  ///< how long the rate was used up since it fell
};

}  // namespace cardresolver::dispatch
