// Whether the event loop may sleep long: found out by trial.
#pragma once

#include "dispatch/clock.hpp"

#include <array>

namespace cardresolver::run {

/// A carrier that has more to do than it can answers as many requests while we sleep as while we do not. One
/// that takes its time for each request answers fewer, the longer we keep connections idle. Both look alike
/// until it is tried: so now and then some replies are taken the other way, and compared with those before
/// and behind them. Pure.
class pause_trial {
public:
    /// So many replies have come as always are told of at once; `took`: since those before.
    void on_replies(dispatch::duration took) noexcept;
    /// Whether pauses are to be long now.
    bool is_long() const noexcept { return (window_ == tried) != prefers_long_; }

private:
    static constexpr int samples_in_window = 8;
    /// Of a cycle, one window is tried the other way.
    static constexpr unsigned windows = 8;
    static constexpr unsigned before = 0;
    static constexpr unsigned tried = 1;
    static constexpr unsigned behind = 2;

    void end_window() noexcept;
    void judge() noexcept;

    bool prefers_long_ = true;
    /// Of long pauses: how much longer as many replies take, as a part. At first a trial that shows a clear
    /// loss is enough.
    double cost_ = 0.015;
    unsigned window_ = windows - 1;  ///< the first one shows how the run begins
    int samples_ = 0;
    dispatch::duration took_{};  ///< of this window
    std::array<dispatch::duration, behind + 1> windows_took_{};
};

}  // namespace cardresolver::run
