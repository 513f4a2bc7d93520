// When the event loop sleeps for a moment, so that it finds several replies at once.
#pragma once

#include "dispatch/clock.hpp"
#include "net/async.hpp"

#include <chrono>

namespace cardresolver::run {

/// How long to sleep after a turn of the event loop that has brought replies. To wake up for a single reply
/// makes it a quarter dearer, caches included; where replies come fast, the loop may as well wake up for a
/// few of them, as network cards do that moderate their interrupts. It sleeps for a quarter of a reply's
/// latency at most: meanwhile three quarters of the requests are with the carrier, enough to keep a busy one
/// busy. Pure.
class turn_pause {
public:
    static constexpr dispatch::duration longest = std::chrono::milliseconds(1);
    /// What is shorter costs more than it spares.
    static constexpr dispatch::duration shortest = std::chrono::microseconds(100);

    /// A reply has come at `at`, so long after its request.
    void on_reply(dispatch::duration latency, dispatch::time_point at) noexcept;
    /// A turn has ended; zero: there is no reason to sleep.
    dispatch::duration after_turn() noexcept;

private:
    static constexpr int replies_in_sample = 64;

    dispatch::duration pause_{};
    bool has_replies_ = false;  ///< this turn

    // The sample that is taken.
    int replies_ = 0;
    dispatch::duration latencies_{};
    dispatch::time_point begun_{};
};

/// Runs `context` until it has nothing to do, with such pauses.
void run_with_pauses(net::asio::io_context& context, turn_pause& pause);

}  // namespace cardresolver::run
