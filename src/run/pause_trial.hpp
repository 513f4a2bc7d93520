// Whether the event loop may sleep long: found out by trial.
#pragma once

#include "dispatch/clock.hpp"

#include <array>
#include <random>

namespace cardresolver::run {

/// A carrier that has more to do than it can do answers as many requests while we sleep as while we do not.
/// One that takes its time for each request answers fewer, the longer we keep connections idle. Both look
/// alike until it is tried. So replies are counted in windows, and in each cycle of them one is taken the
/// other way, and compared with those before and behind it. Which one is drawn: a carrier that pauses for
/// breath after so many requests shall not do so in step with us. Pure: always the same draws.
class pause_trial {
public:
    /// A sample has ended: a number of replies, always the same, which took so long.
    void on_sample(dispatch::duration took) noexcept;
    /// Whether pauses are to be long now.
    bool is_long() const noexcept { return (window_ == tried_) != prefers_long_; }

private:
    static constexpr int samples_in_window = 8;
    static constexpr unsigned windows_in_cycle = 8;

    void end_window() noexcept;
    void judge() noexcept;
    void begin_cycle() noexcept;

    bool prefers_long_ = true;
    /// How much longer the same number of replies takes with long pauses: 0.1 is a tenth. A moving average;
    /// before anything is known, one trial that shows a tenth is enough.
    double cost_ = 0.0225;
    unsigned window_ = 0;  ///< of this cycle
    /// With one of the same cycle before it, and one behind it. A run's first one is not compared: it opens
    /// connections.
    unsigned tried_ = 2;
    std::minstd_rand random_;
    int samples_ = 0;
    dispatch::duration took_{};  ///< of this window
    std::array<dispatch::duration, windows_in_cycle> windows_took_{};
};

}  // namespace cardresolver::run
