// Places of a sequence that are used again.
#pragma once

#include <cstdint>
#include <vector>

namespace cardresolver::dispatch {

/// The index of a place that nobody has: the one that was added to `free` last, or a new one at the end.
template <class Places>
std::uint32_t take_place(Places& places, std::vector<std::uint32_t>& free) {
    if (free.empty()) {
        places.emplace_back();
        return static_cast<std::uint32_t>(places.size() - 1);
    }
    const auto taken = free.back();
    free.pop_back();
    return taken;
}

}  // namespace cardresolver::dispatch
