// What a run lets its user know of what holds it up: once each time, not as often as it is looked at.
#pragma once

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
    /// How the carrier fails; empty: it does not.
    void on_outage(std::string_view why);
    /// How far the wall clock is behind what it has shown before: told once in a run.
    void on_clock_behind(std::chrono::seconds behind);

private:
    const settings& settings_;
    bool is_wait_told_ = false;
    bool is_outage_told_ = false;
    bool is_clock_told_ = false;
};

}  // namespace cardresolver::run
