// A timer for whoever has several things to wait for, and looks at all of them when it wakes.
#pragma once

#include "dispatch/clock.hpp"
#include "run/steady_timer.hpp"

#include <functional>
#include <utility>

namespace cardresolver::run {

/// Event-loop thread only. Neither it nor what `on_time` refers to may go while the event loop runs.
class earliest_timer {
public:
    earliest_timer(const net::executor& loop, std::function<void()> on_time)
        : timer_(loop), on_time_(std::move(on_time)) {}

    /// Calls `on_time` once, at the earliest of the times that were asked for since the last call.
    void wake_at(dispatch::time_point at) {
        if (at >= at_) return;
        at_ = at;
        timer_.expires_at(at);
        timer_.async_wait([this](boost::system::error_code ec) {
            if (ec) return;  // replaced by an earlier time
            at_ = dispatch::never;
            on_time_();
        });
    }

private:
    steady_timer timer_;
    dispatch::time_point at_ = dispatch::never;
    std::function<void()> on_time_;
};

}  // namespace cardresolver::run
