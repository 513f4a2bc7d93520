#include "dispatch/permit_stock.hpp"

#include "dispatch/verify.hpp"

#include <algorithm>

namespace cardresolver::dispatch {

void permit_stock::add(const quota::permit_block& granted, time_point lapses_at) {
    if (granted.count > 0) blocks_.push_back({granted.id, granted.count, lapses_at});
}

std::uint64_t permit_stock::on_hand(time_point now) const noexcept {
    std::uint64_t sum = 0;
    for (const auto& one : blocks_)
        sum += one.lapses_at > now ? one.left : 0;
    return sum;
}

std::uint64_t permit_stock::take(time_point now) {
    const auto one = std::find_if(blocks_.begin(), blocks_.end(), [now](const block& candidate) {
        return candidate.left > 0 && candidate.lapses_at > now;
    });
    CARDRESOLVER_VERIFY(one != blocks_.end());
    --one->left;
    ++one->used;
    ++one->in_flight;
    return one->id;
}

void permit_stock::release(std::uint64_t id, time_point settled) {
    const auto one = std::find_if(blocks_.begin(), blocks_.end(),
                                  [id](const block& candidate) { return candidate.id == id; });
    CARDRESOLVER_VERIFY(one != blocks_.end() && one->in_flight > 0);
    --one->in_flight;
    one->settled_at = std::max(one->settled_at, settled);
}

std::vector<quota::settled_block> permit_stock::settle(time_point now) {
    std::vector<quota::settled_block> settled;
    std::erase_if(blocks_, [&](const block& one) {
        const bool is_spent = one.left == 0 || one.lapses_at <= now;
        // A request that was given up may still arrive a moment later.
        if (!is_spent || one.in_flight > 0 || one.settled_at > now) return false;
        const auto ago = one.used > 0 ? now - one.settled_at : duration(0);
        settled.push_back({one.id, one.used, ago});
        return true;
    });
    return settled;
}

void permit_stock::give_back() noexcept {
    for (auto& one : blocks_)
        one.left = 0;
}

}  // namespace cardresolver::dispatch
