// The ledger's time: goes on over restarts, and is not moved by whoever sets the wall clock.
#pragma once

#include "dispatch/quota/moment.hpp"

#include <chrono>
#include <string>

namespace cardresolver::ledger {

/// What the machine's clocks show.
struct clock_reading {
    std::string boot;                 ///< which start of the machine, and which time namespace in it
    std::chrono::nanoseconds since_boot{};  ///< CLOCK_BOOTTIME: goes on while the machine sleeps
    std::chrono::system_clock::time_point wall{};
};

clock_reading read_clocks();

/// The ledger's time at a reading. `last`: the reading of the exchange before, which took place at `last_time`.
///
/// Within one start of the machine it is CLOCK_BOOTTIME that goes on. From one to the next it is the wall clock,
/// since there is no other witness; what has gone back counts as if no time had passed.
dispatch::quota::ledger_time ledger_time_at(const clock_reading& now, const clock_reading& last,
                                            dispatch::quota::ledger_time last_time) noexcept;

}  // namespace cardresolver::ledger
