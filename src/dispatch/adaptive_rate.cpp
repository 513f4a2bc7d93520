#include "dispatch/adaptive_rate.hpp"

#include <algorithm>
#include <cmath>

namespace cardresolver::dispatch {
namespace {

using seconds = std::chrono::duration<double>;

constexpr duration one_second = std::chrono::seconds(1);

/// Sends are remembered so long, for the refusals of requests that were slow; at a high rate, the last so
/// many.
constexpr duration memory = std::chrono::seconds(30);
constexpr std::size_t most_remembered = std::size_t{1} << 16U;

/// Where a search begins, in requests a second.
constexpr double first_rate = 10;

/// In parts of the limit: after a refusal, and where the rate then rests.
constexpr double fallen = 0.96;
constexpr double resting = 0.985;
constexpr seconds recovery{2};
/// For so long; then it grows by a hundredth a second, and ever faster.
constexpr seconds rest{8};
constexpr double first_growth = 0.01;
constexpr double acceleration = 0.14;

/// A rate that is used less than this is not what holds the sends up, and does not grow.
constexpr double used_up = 0.8;
constexpr double used_up_in_search = 0.5;

/// Refusals that have nothing to do with the rate do not drive it below this part of the best one.
constexpr double least_share = 0.05;

/// So many in a row are no accident.
constexpr unsigned refusals_that_are_meant = 3;

/// So many in a row: the carrier takes nothing at all, which is not a matter of the rate.
constexpr unsigned refusals_of_everything = 12;

/// Refusals this near to the last fall are about the same overshoot.
constexpr duration same_overshoot = std::chrono::milliseconds(1500);

}  // namespace

void adaptive_rate::search() noexcept {
    if (!rate_) rate_ = first_rate;
}

void adaptive_rate::remember(double limit) noexcept {
    if (limit_ || limit <= 0) return;
    limit_ = limit;
    rate_ = limit * fallen;
}

void adaptive_rate::scale(double factor) noexcept {
    for (auto* known : {&rate_, &limit_, &limit_before_, &rate_before_})
        if (*known) *known = **known * factor;
    best_ *= factor;
}

std::optional<double> adaptive_rate::rate() const noexcept {
    if (!rate_ || !ceiling_) return rate_;
    return std::min(*rate_, *ceiling_);
}

std::size_t adaptive_rate::sends_between(time_point from, time_point to) const noexcept {
    const auto first = std::upper_bound(sent_.begin(), sent_.end(), from);
    const auto last = std::lower_bound(first, sent_.end(), to);
    return static_cast<std::size_t>(last - first);
}

void adaptive_rate::forget_sends(time_point now) {
    while (!sent_.empty() && (now - sent_.front() > memory || sent_.size() > most_remembered))
        sent_.pop_front();
}

time_point adaptive_rate::available_at(time_point now) {
    if (!rate_) return now;
    advance(now);
    const auto most = static_cast<std::size_t>(std::max(1.0, std::ceil(*rate())));
    if (sent_.size() < most) return now;
    return std::max(now, sent_[sent_.size() - most] + one_second);
}

void adaptive_rate::on_sent(time_point now) {
    sent_.push_back(now);
    forget_sends(now);
}

/// Lets the rate grow for the time since the last call, if it was used up.
void adaptive_rate::advance(time_point now) {
    const auto passed = advanced_at_ == time_point::min() ? duration(0) : now - advanced_at_;
    advanced_at_ = now;
    if (!rate_ || passed <= duration(0)) return;
    const auto sends = static_cast<double>(sends_between(now - one_second, now));
    if (!limit_) {
        if (sends >= *rate_ * used_up_in_search)
            rate_ = *rate_ * std::exp2(std::min(1.0, seconds(passed).count()));
    } else if (sends >= *rate_ * used_up) {
        rested_ += std::min(passed, one_second);
        const double time = seconds(rested_).count();
        if (rested_ <= rest) {
            const double recovered = std::min(1.0, time / recovery.count());
            rate_ = std::max(*rate_, *limit_ * (fallen + (resting - fallen) * recovered));
        } else {
            const double growth = first_growth * std::exp(acceleration * (time - rest.count()));
            rate_ = *rate_ * (1 + std::min(1.0, growth) * seconds(std::min(passed, one_second)).count());
        }
    }
    if (ceiling_) rate_ = std::min(*rate_, *ceiling_);
}

void adaptive_rate::on_accepted() noexcept {
    refusals_ = 0;
}

void adaptive_rate::on_refused(time_point sent_at, time_point now) {
    const auto own = std::lower_bound(sent_.begin(), sent_.end(), sent_at);
    if (own != sent_.end() && *own == sent_at) sent_.erase(own);
    if (sent_at < fell_at_) return;  // went out before the last refusal was known
    if (refusals_++ == 0) {
        limit_before_ = limit_;
        rate_before_ = rate_;
    }
    if (refusals_ > refusals_of_everything) return forget_refusals(now);
    const auto taken = static_cast<double>(sends_between(sent_at - one_second, sent_at));
    best_ = std::max(best_, taken);
    // One refusal alone, or after a short time, says little.
    const double least = refusals_ < refusals_that_are_meant ? first_rate : 1.0;
    double limit = std::max({taken, best_ * least_share, least});
    if (limit_ && fell_at_ != time_point::min() && now - fell_at_ < same_overshoot)
        limit = std::min(limit, *limit_);
    fall_to(limit, now);
}

/// As it was before the carrier refused everything.
void adaptive_rate::forget_refusals(time_point now) noexcept {
    limit_ = limit_before_;
    rate_ = rate_before_;
    if (limit_before_) fall_to(*limit_before_, now);
}

void adaptive_rate::fall_to(double limit, time_point now) noexcept {
    limit_ = limit;
    rate_ = limit * fallen;
    fell_at_ = now;
    rested_ = {};
}

}  // namespace cardresolver::dispatch
