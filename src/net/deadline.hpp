// One deadline at a time for one connection, cheap to move: a request that ends in time costs no timer call.
#pragma once

#include "net/async.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace cardresolver::net {

/// Event-loop thread only. May be destroyed at any time; then nothing is called any more.
class deadline {
public:
    using clock = std::chrono::steady_clock;

    /// `on_expiry` is called from the event loop, once for each armed deadline that passes.
    deadline(const executor& loop, std::function<void()> on_expiry);
    ~deadline();
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    /// Replaces the deadline. A timer that is already set to fire earlier stays and is set anew when it
    /// fires.
    void arm(clock::time_point at);

    /// Takes the deadline back. The timer itself may stay pending; the loop does not run dry until it fires.
    void disarm() noexcept;

    /// Takes the deadline back and cancels the timer, so that it no longer keeps the loop busy.
    void cancel() noexcept;

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace cardresolver::net
