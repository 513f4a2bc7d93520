// How long requests take under limits that change with the clock. Pure.
#pragma once

#include "dispatch/rate_limit.hpp"
#include "dispatch/schedule.hpp"
#include "run/local_clock.hpp"

#include <chrono>
#include <cstdint>

namespace cardresolver::run {

/// A run's limits and when it starts.
struct sending_plan {
    dispatch::pace pace{};
    dispatch::schedule schedule{};
    std::chrono::system_clock::time_point starts{};
    dispatch::local_time (*local_clock)(std::chrono::system_clock::time_point) noexcept = local_time_of;
};

/// Until the last of `requests` may be sent, one taking one share of the slowest sliding limit in force. Of
/// the first day's quota all is there. What would take more than ten years is told by how far those bring it.
std::chrono::duration<double> sending_time(std::uint64_t requests, const sending_plan& plan);

}  // namespace cardresolver::run
