// What a run lets its user know of what holds it up: once each time, not as often as it is looked at.
#pragma once

#include "dispatch/clock.hpp"
#include "run/settings.hpp"

#include <chrono>
#include <string_view>

namespace cardresolver::run {

/// Calls the hooks of the settings. Pure but for these.
class notices {
public:
    /// Clocks are corrected by less all the time.
    static constexpr std::chrono::seconds tolerated_step{5};

    /// `settings` outlive it.
    explicit notices(const settings& settings) : settings_(settings) {}

    /// What the rows or the quota wait for; empty: for nothing.
    void on_wait(std::string_view why);
    /// One that comes and goes all night shall not fill the log.
    static constexpr std::chrono::minutes between_outages{1};
    /// How the carrier fails; empty: it does not, and `now` is not looked at. The end of what was told is
    /// told.
    void on_outage(std::string_view why, dispatch::time_point now);
    /// How far the wall clock is behind what it has shown before: told once in a run.
    void on_clock_behind(std::chrono::seconds behind);

private:
    const settings& settings_;
    bool is_wait_told_ = false;
    bool is_outage_told_ = false;
    dispatch::time_point next_outage_ = dispatch::time_point::min();  ///< not told before
    bool is_clock_told_ = false;
};

}  // namespace cardresolver::run
