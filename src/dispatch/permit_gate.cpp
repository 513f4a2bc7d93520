#include "dispatch/permit_gate.hpp"

#include "dispatch/verify.hpp"

#include <algorithm>

namespace cardresolver::dispatch {
namespace {

/// How far the sender may run behind its even schedule and still catch up.
constexpr duration max_slack = std::chrono::milliseconds(20);

/// Entries in the queue of returning permits, at most about this many.
constexpr std::int64_t grains_per_window = 1000;

}  // namespace

permit_gate::permit_gate(rate_limit limit) noexcept
    : limit_(limit),
      spacing_(limit.window / static_cast<duration::rep>(limit.count)),
      grain_(std::max(duration(1), limit.window / grains_per_window)) {}

time_point permit_gate::available_at(time_point now) {
    if (!limit_) return now;
    collect(now);
    if (held_ >= limit_->count) {
        return returning_.empty() ? never : std::max(returning_.front().at, next_);
    }
    return std::max(now, next_);
}

void permit_gate::take(time_point now) {
    if (!limit_) return;
    CARDRESOLVER_VERIFY(held_ < limit_->count && next_ <= now);
    ++held_;
    next_ = std::max(next_, now - max_slack) + spacing_;
}

void permit_gate::release(time_point now) {
    if (!limit_) return;
    // Rounded up to the grain: late by a thousandth of a window at most, never early.
    const auto since_epoch = now.time_since_epoch() + limit_->window;
    const time_point at{(since_epoch + grain_ - duration(1)) / grain_ * grain_};
    if (!returning_.empty() && returning_.back().at >= at) {
        ++returning_.back().count;
    } else {
        returning_.push_back({at, 1});
    }
}

void permit_gate::collect(time_point now) {
    while (!returning_.empty() && returning_.front().at <= now) {
        held_ -= returning_.front().count;
        returning_.pop_front();
    }
}

}  // namespace cardresolver::dispatch
