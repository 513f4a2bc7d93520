// When the event loop sleeps for a moment, so that it finds several replies at once.
#pragma once

#include "dispatch/clock.hpp"
#include "net/async.hpp"
#include "run/pause_trial.hpp"

#include <chrono>
#include <functional>
#include <optional>

namespace cardresolver::run {

/// How long to sleep after a turn of the event loop that has brought replies. To wake up for a single reply
/// makes it a quarter dearer, caches included; where replies come fast, the loop may as well wake up for a
/// few of them, as network cards do that moderate their interrupts. A pause is an eighth of the latency that
/// is measured, pauses included, and 0.3 ms at most; a third of it, and 1 ms at most, as long as
/// `pause_trial` finds that this costs hardly any replies. Pure.
class turn_pause {
public:
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
    pause_trial trial_;

    // The sample that is taken.
    int replies_ = 0;
    dispatch::duration latencies_{};
    std::optional<dispatch::time_point> begun_;
};

using sleeper = std::function<void(dispatch::duration)>;

/// Sleeps by the steady clock.
void sleep_for(dispatch::duration time);

/// Runs `context` until it has nothing to do or is stopped. `pause`: null: it never sleeps.
void run_with_pauses(net::asio::io_context& context, turn_pause* pause, const sleeper& sleep = sleep_for);

}  // namespace cardresolver::run
