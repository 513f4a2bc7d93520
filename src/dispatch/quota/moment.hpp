// When an exchange takes place, by the two clocks that the book goes by.
#pragma once

#include "dispatch/clock.hpp"

#include <chrono>

namespace cardresolver::dispatch::quota {

/// Since the ledger began. It never goes back, goes on while the machine sleeps or is off, and is not moved
/// by whoever sets the wall clock.
using ledger_time = duration;

struct moment {
    ledger_time now{};
    std::chrono::system_clock::time_point wall{};
    /// The machine was asleep for so long of the time since the last exchange: what was under way before may
    /// be under way yet.
    duration slept{};

    bool operator==(const moment&) const = default;
};

}  // namespace cardresolver::dispatch::quota
