#include "dispatch/connection_target.hpp"

#include <algorithm>
#include <cmath>

namespace cardresolver::dispatch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr duration round_length = seconds(1);
constexpr std::uint64_t round_replies = 8;  // at least, for a mean that means something
constexpr duration longest_gap = seconds(5);
constexpr duration trial_length = seconds(10);
constexpr duration pause_after_failure = seconds(30);
constexpr duration careful_after_timeouts = seconds(60);
constexpr duration memory = seconds(30);

/// The rate is as good as reached.
constexpr double reached = 0.97;
/// Of the growth in connections, what has to be seen in replies.
constexpr double worthwhile = 0.5;
/// Replies that fewer connections may cost.
constexpr double tolerated = 0.97;

constexpr double growth = 2.0;
constexpr double careful_growth = 1.25;
constexpr double shrinkage = 0.75;
constexpr double cut = 0.7;
/// Time-outs are drops where there is more than one for so many replies.
constexpr std::uint64_t replies_per_timeout = 20;
constexpr std::uint64_t few_replies = 40;  // a round has just begun: three are no chance any more

/// A rate that differs by so little leaves a trial as it is.
constexpr double similar = 0.1;

/// Latency that is so much more than the least is queueing.
constexpr int queueing_factor = 2;
constexpr duration least_queueing = milliseconds(20);

std::size_t scaled(std::size_t count, double factor) noexcept {
    return static_cast<std::size_t>(std::ceil(static_cast<double>(count) * factor));
}

}  // namespace

void connection_target::ask_for(std::optional<double> rate) noexcept {
    const bool is_like_before =
        rate.has_value() == rate_.has_value() && (!rate || std::abs(*rate - *rate_) <= similar * *rate_);
    rate_ = rate;
    if (!is_started_) target_ = rate ? least : most_unpaced;
    if (is_like_before) return;
    trial_.reset();
    grow_at_ = time_point::min();
    target_ = std::min(target_, ceiling());
}

std::size_t connection_target::wanted(duration latency) const noexcept {
    if (!rate_) return most_unpaced;
    const double busy = *rate_ * std::chrono::duration<double>(latency).count() * headroom;
    if (busy >= static_cast<double>(most)) return most;
    return std::max(least, static_cast<std::size_t>(std::ceil(busy)) + 1);
}

/// The first reply is that of a lone request: nothing queues but what is not ours.
void connection_target::start(duration latency) noexcept {
    is_started_ = true;
    if (rate_) target_ = wanted(latency);
}

void connection_target::on_reply(duration latency, std::size_t in_flight, time_point now) noexcept {
    answered_since_cut_ = true;
    if (!is_started_) {
        start(latency);
        remember(latency, now);
        return begin_round(now + latency);
    }
    if (now < round_.from) return;                        // it was sent before the last change
    if (now - round_.to > longest_gap) begin_round(now);  // something else went on
    round_.to = now;
    ++round_.replies;
    round_.latency += latency;
    round_.most_in_flight = std::max(round_.most_in_flight, in_flight);
    if (round_.replies >= round_replies && now - round_.from >= std::max(round_length, latency))
        end_round(now);
}

void connection_target::end_round(time_point now) noexcept {
    const auto mean = round_.mean();
    const double per_second =
        static_cast<double>(round_.replies) / std::chrono::duration<double>(now - round_.from).count();
    const bool is_limiting = round_.most_in_flight >= target_;
    begin_round(now);
    remember(mean, now);
    if (trial_) {
        judge_trial(per_second, is_limiting, now);
        if (trial_ || round_.from > now) return;
    }
    const auto enough = wanted(mean);
    const bool is_rate_reached = rate_ && per_second >= reached * *rate_;
    const bool was_short = is_short_;
    is_short_ = is_limiting && enough > target_ && !is_rate_reached;
    if (rate_ && enough < target_ * 4 / 5) {
        target_ = enough;
    } else if (is_short_ && now >= grow_at_) {
        // A single round may have been half of one thing and half of another.
        if (was_short) grow(enough, per_second, mean, now);
    } else if (is_limiting && is_queueing(mean) && target_ > least && now >= shrink_at_) {
        shrink(per_second, mean, now);
    }
}

void connection_target::grow(std::size_t enough, double per_second, duration latency,
                             time_point now) noexcept {
    unshrunk_per_second_ = 0;
    change(std::min(enough, scaled(target_, now < careful_until_ ? careful_growth : growth)), per_second,
           latency, now);
}

/// Each step may cost a little; all of them together no more than one.
void connection_target::shrink(double per_second, duration latency, time_point now) noexcept {
    unshrunk_per_second_ = std::max(unshrunk_per_second_, per_second);
    const auto fewer = static_cast<std::size_t>(static_cast<double>(target_) * shrinkage);
    change(std::max(least, fewer), unshrunk_per_second_, latency, now);
}

void connection_target::change(std::size_t target, double per_second, duration latency,
                               time_point now) noexcept {
    trial_ = trial{target_, per_second, now + latency + trial_length};
    target_ = target;
    begin_round(now + latency);
}

void connection_target::judge_trial(double per_second, bool is_limiting, time_point now) noexcept {
    const auto [before, per_second_before, until] = *trial_;
    const bool is_growth = target_ > before;
    const bool is_rate_reached = rate_ && per_second >= reached * *rate_;
    if (is_growth && !is_limiting && !is_rate_reached && now < until) return;  // they are being opened
    trial_.reset();
    const double change = static_cast<double>(target_) / static_cast<double>(before);
    const double needed = is_growth ? 1 + worthwhile * (change - 1) : tolerated;
    const bool is_good = is_rate_reached || !is_limiting || per_second >= needed * per_second_before;
    if (is_good && is_growth) return;
    if (is_good || is_growth) grow_at_ = now + pause_after_failure;
    if (is_good) return;
    if (!is_growth) shrink_at_ = now + pause_after_failure;
    target_ = before;
    begin_round(now + round_length);
}

void connection_target::on_timeout(time_point now) noexcept {
    if (now < round_.from) return;
    ++round_.timeouts;
    const bool are_many = round_.timeouts * replies_per_timeout > round_.replies + few_replies;
    // In an outage nothing is answered any more, and what follows the first time-out is more of the same.
    if (!is_started_ || !are_many || !answered_since_cut_) return;
    target_ = std::max(least, static_cast<std::size_t>(static_cast<double>(target_) * cut));
    answered_since_cut_ = false;
    careful_until_ = now + careful_after_timeouts;
    trial_.reset();
    begin_round(now + round_length);
}

void connection_target::remember(duration mean, time_point now) noexcept {
    if (least_since_ == time_point::min() || now - least_since_ >= memory) {
        least_ = {duration::max(), least_[0]};
        least_since_ = now;
    }
    least_[0] = std::min(least_[0], mean);
}

bool connection_target::is_queueing(duration mean) const noexcept {
    const auto best = std::min(least_[0], least_[1]);
    return mean > best * queueing_factor && mean - best > least_queueing;
}

}  // namespace cardresolver::dispatch
