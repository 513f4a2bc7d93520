// The ledger's time, which goes on over sleep and reboots.
#pragma once

#include "dispatch/quota/moment.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace cardresolver::ledger {

/// What the machine's clocks show.
struct clock_reading {
    std::string boot;                 ///< what tells one boot, and one set of clocks, from another
    dispatch::duration since_boot{};  ///< goes on while the machine sleeps
    std::chrono::system_clock::time_point wall{};
    dispatch::duration slept{};  ///< of the time since boot

    bool operator==(const clock_reading&) const = default;
};

/// What CLOCK_BOOTTIME shows: how long ago the machine booted, its sleep included.
dispatch::duration time_since_boot();
/// How long of that it has slept: by how much `since_boot` is ahead of the steady clock, CLOCK_MONOTONIC.
/// `now` was read from that just after the other: a process that was held up in between has not slept.
dispatch::duration slept_since_boot(dispatch::duration since_boot, dispatch::time_point now) noexcept;

using clock_reader = std::function<clock_reading()>;

/// CLOCK_BOOTTIME, CLOCK_REALTIME, the kernel's boot id and the time namespace.
clock_reading read_clocks();

/// How long it is from one reading to another: within one boot by the boot's clock, otherwise by the wall
/// clock, which is all that there is. Never negative.
dispatch::duration elapsed(const clock_reading& from, const clock_reading& to) noexcept;

/// How much of that the machine has slept. None over a reboot, which no connection outlives.
dispatch::duration slept(const clock_reading& from, const clock_reading& to) noexcept;

}  // namespace cardresolver::ledger
