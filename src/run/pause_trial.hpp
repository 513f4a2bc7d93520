// Whether the event loop may sleep long: found out by trial.
#pragma once

#include "dispatch/clock.hpp"

#include <array>

namespace cardresolver::run {

/// A carrier that has more to do than it can do answers as many requests while we sleep as while we do not.
/// One that takes its time for each request answers fewer, the longer we keep connections idle. Both look
/// alike until it is tried. So replies are counted in windows; now and then one of them is taken the other
/// way, and compared with those before and behind it. Pure.
class pause_trial {
public:
    /// A sample has ended: a number of replies, always the same, which took so long.
    void on_sample(dispatch::duration took) noexcept;
    /// Whether pauses are to be long now.
    bool is_long() const noexcept { return (window_ == tried) != prefers_long_; }

private:
    static constexpr int samples_in_window = 8;
    /// In a cycle, one of which is taken the other way.
    static constexpr unsigned windows = 8;
    static constexpr unsigned before = 0;
    static constexpr unsigned tried = 1;
    static constexpr unsigned behind = 2;

    void end_window() noexcept;
    void judge() noexcept;

    bool prefers_long_ = true;
    /// How much longer the same number of replies takes with long pauses: 0.1 is a tenth. A moving average;
    /// before anything is known, one trial that shows a tenth is enough.
    double cost_ = 0.0225;
    unsigned window_ = windows - 1;  ///< a run's first one is compared with nothing: it opens connections
    int samples_ = 0;
    dispatch::duration took_{};  ///< of this window
    std::array<dispatch::duration, behind + 1> windows_took_{};
};

}  // namespace cardresolver::run
