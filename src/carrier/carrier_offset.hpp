// The carrier's clock.
#pragma once

#include <chrono>

namespace cardresolver::carrier {

/// Ahead of UTC: China Standard Time, no daylight saving since 1991.
inline constexpr std::chrono::hours carrier_offset{8};

}  // namespace cardresolver::carrier
