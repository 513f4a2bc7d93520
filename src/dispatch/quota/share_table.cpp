#include "dispatch/quota/share_table.hpp"

#include "dispatch/verify.hpp"

#include <algorithm>

namespace cardresolver::dispatch::quota {
namespace {

/// How long a process has to wait for a permit while others have one.
constexpr duration short_turn = std::chrono::seconds(10);
/// For one permit more than others have, which is not worth the time that its change of hands takes.
constexpr duration long_turn = std::chrono::minutes(1);

/// What `index` of `count` gets of `permits`: equal parts, and what remains in turn.
std::uint64_t equal_part(std::uint64_t index, std::uint64_t count, std::uint64_t permits, ledger_time now) {
    const auto part = permits / count;
    const auto remainder = permits % count;
    const auto turn = static_cast<std::uint64_t>(now / (part == 0 ? short_turn : long_turn));
    const auto first = turn % count * remainder % count;
    return part + ((index + count - first) % count < remainder ? 1 : 0);
}

}  // namespace

std::uint64_t due_of(process_id process, std::span<const contender> contenders, std::uint64_t permits,
                     ledger_time now) {
    const auto is_busy = [](const contender& one) { return one.is_busy; };
    const auto busy_count = std::count_if(contenders.begin(), contenders.end(), is_busy);
    const auto self = std::find_if(contenders.begin(), contenders.end(),
                                   [process](const contender& one) { return one.process == process; });
    CARDRESOLVER_VERIFY(self != contenders.end());
    const auto all = static_cast<std::uint64_t>(contenders.size());
    const auto busy = busy_count == 0 ? all : static_cast<std::uint64_t>(busy_count);
    const auto idle = all - busy;
    const auto for_idle = std::min(idle, permits - std::min(permits, busy));
    const bool counts_as_busy = busy_count == 0 || self->is_busy;
    // Its place among its like.
    const auto index = static_cast<std::uint64_t>(std::count_if(
        contenders.begin(), self, [&](const contender& one) { return one.is_busy == self->is_busy; }));
    return counts_as_busy ? equal_part(index, busy, permits - for_idle, now)
                          : equal_part(index, idle, for_idle, now);
}

std::uint64_t share_table::share_of(process_id process) const noexcept {
    for (const auto& one : shares) {
        if (one.process == process) return one.permits;
    }
    return 0;
}

std::uint64_t share_table::taken() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& one : shares)
        sum += one.permits;
    for (const auto& one : cooling)
        sum += one.permits;
    return sum;
}

void share_table::keep(process_id process, std::uint64_t permits) noexcept {
    for (auto& one : shares) {
        if (one.process == process) one.permits = std::min(one.permits, permits);
    }
    std::erase_if(shares, [](const share& one) { return one.permits == 0; });
}

void share_table::raise(process_id process, std::uint64_t due, std::uint64_t limit) {
    const auto share_now = share_of(process);
    const auto taken_now = taken();
    if (due <= share_now || limit <= taken_now) return;
    const auto more = std::min(due - share_now, limit - taken_now);
    const auto at = std::find_if(shares.begin(), shares.end(),
                                 [process](const share& one) { return one.process == process; });
    if (at == shares.end()) {
        shares.push_back({process, more});
    } else {
        at->permits += more;
    }
}

void share_table::cool(process_id process, ledger_time free_at) {
    const auto permits = share_of(process);
    if (permits == 0) return;
    cooling.push_back({free_at, permits});
    keep(process, 0);
}

void share_table::collect(ledger_time now) {
    std::erase_if(cooling, [now](const cooling_share& one) { return one.free_at <= now; });
}

}  // namespace cardresolver::dispatch::quota
