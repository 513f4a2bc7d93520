// Permits of the limits that are counted: granted in blocks, each used once.
#pragma once

#include "dispatch/clock.hpp"
#include "dispatch/quota/exchange.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace cardresolver::dispatch {

/// The ledger has counted a block's permits before this process has them. It learns what was used of them
/// once nothing of the block can arrive any more.
class permit_stock {
public:
    /// `lapses_at`: when the grant ends; what is left then is lost.
    void add(const quota::permit_block& block, time_point lapses_at);

    /// Permits that can be used now.
    std::uint64_t on_hand(time_point now) const noexcept;
    /// Uses one; gives the block that it is of.
    std::uint64_t take(time_point now);
    /// A request of this block arrives no later than at `settled`.
    void release(std::uint64_t block, time_point settled);

    /// Blocks that are done with, each told once.
    std::vector<quota::settled_block> settle(time_point now);
    /// Nothing is sent any more: what is on hand is given back by the next `settle`.
    void give_back() noexcept;

private:
    struct block {
        std::uint64_t id;
        std::uint64_t left;
        time_point lapses_at;
        std::uint64_t used = 0;
        std::uint64_t in_flight = 0;
        time_point settled_at{};
    };

    std::deque<block> blocks_;  ///< the oldest first
};

}  // namespace cardresolver::dispatch
