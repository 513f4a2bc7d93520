#include "dispatch/held_permits.hpp"

#include "dispatch/verify.hpp"

#include <algorithm>
#include <iterator>

namespace cardresolver::dispatch {
namespace {

/// Entries in the queue of returning permits, at most about this many.
constexpr std::int64_t grains_per_window = 1000;

}  // namespace

held_permits::held_permits(const rate_limit& limit, duration min_rtt) noexcept
    : window_(limit.window),
      hold_(std::max(duration(0), limit.window - min_rtt)),
      grain_(std::max(duration(1), limit.window / grains_per_window)) {}

void held_permits::set_share(std::uint64_t permits, std::uint64_t target) noexcept {
    share_ = permits;
    target_ = target;
}

std::uint64_t held_permits::kept(time_point now) {
    collect(now);
    return std::min(share_, std::max(held_, usable()));
}

time_point held_permits::free_at(time_point now) {
    collect(now);
    return returning_.empty() ? now : returning_.back().at;
}

time_point held_permits::available_at(time_point now) {
    collect(now);
    if (held_ < usable()) return now;
    // With fewer permits than are out, the first that comes free may not be enough.
    auto to_come_free = held_ - usable() + 1;
    for (const auto& one : returning_) {
        if (one.count >= to_come_free) return one.at;
        to_come_free -= one.count;
    }
    return never;
}

void held_permits::take(time_point now) {
    CARDRESOLVER_VERIFY(available_at(now) <= now);
    ++held_;
}

void held_permits::release(time_point settled) {
    // Rounded up to the grain: late by a thousandth of a window at most, never early.
    const auto since_epoch = settled.time_since_epoch() + hold_;
    const time_point at{(since_epoch + grain_ - duration(1)) / grain_ * grain_};
    // What was given up settles later than what is answered after it.
    auto behind = returning_.end();
    while (behind != returning_.begin() && std::prev(behind)->at > at)
        --behind;
    if (behind != returning_.begin() && std::prev(behind)->at == at) {
        ++std::prev(behind)->count;
    } else {
        returning_.insert(behind, {at, 1});
    }
}

void held_permits::collect(time_point now) {
    while (!returning_.empty() && returning_.front().at <= now) {
        held_ -= returning_.front().count;
        returning_.pop_front();
    }
}

}  // namespace cardresolver::dispatch
