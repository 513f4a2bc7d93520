// The time that decisions are made with. It always comes in as an argument: this room has no clock.
#pragma once

#include <chrono>

namespace cardresolver::dispatch {

using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;

/// Later than any event: "not before something happens".
inline constexpr time_point never = time_point::max();

}  // namespace cardresolver::dispatch
