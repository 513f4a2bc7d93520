// What clocks on the wall show: here, in the zone that TZ or the machine names, and at the carrier's.
#pragma once

#include "dispatch/schedule.hpp"

#include <chrono>

namespace cardresolver::run {

/// The C library knows when clocks are changed.
dispatch::local_time local_time_of(std::chrono::system_clock::time_point at) noexcept;

/// When the carrier's next day begins. `day_starts`: after midnight by the carrier's clock.
std::chrono::system_clock::time_point next_carrier_day(std::chrono::system_clock::time_point now,
                                                       std::chrono::minutes day_starts) noexcept;

}  // namespace cardresolver::run
