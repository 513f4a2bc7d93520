// What the clock on the wall shows, in the zone that TZ or the machine names.
#pragma once

#include "dispatch/schedule.hpp"

#include <chrono>

namespace cardresolver::run {

/// The C library knows when clocks are changed.
dispatch::local_time local_time_of(std::chrono::system_clock::time_point at) noexcept;

}  // namespace cardresolver::run
