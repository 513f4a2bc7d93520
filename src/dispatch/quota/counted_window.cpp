#include "dispatch/quota/counted_window.hpp"

#include <algorithm>

namespace cardresolver::dispatch::quota {
namespace {

/// Bounds the number of entries; a permit comes free so much of the window too late at most.
constexpr std::int64_t grains_per_window = 1000;

}  // namespace

duration counted_window::grain() const noexcept {
    return std::max<duration>(std::chrono::milliseconds(1), window / grains_per_window);
}

std::uint64_t counted_window::count() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& one : spent)
        sum += one.count;
    return sum;
}

void counted_window::spend(std::uint64_t permits, ledger_time ended) {
    if (permits == 0) return;
    const auto slot = (ended + window + grain() - duration(1)) / grain();
    // Nearly always at the end.
    const auto behind = std::find_if(spent.rbegin(), spent.rend(), [slot](const spent_permits& one) {
                            return one.slot <= slot;
                        }).base();
    if (behind != spent.begin() && std::prev(behind)->slot == slot) {
        std::prev(behind)->count += permits;
    } else {
        spent.insert(behind, {slot, permits});
    }
}

void counted_window::collect(ledger_time now) {
    while (!spent.empty() && spent.front().slot * grain() <= now)
        spent.pop_front();
}

std::optional<ledger_time> counted_window::free_at(std::uint64_t permits) const noexcept {
    std::uint64_t sum = 0;
    for (const auto& one : spent) {
        sum += one.count;
        if (sum >= permits) return one.slot * grain();
    }
    return std::nullopt;
}

}  // namespace cardresolver::dispatch::quota
