// Keys in the order of the list, until they are sorted. Pure.
#pragma once

#include "run/plan/key_run.hpp"
#include "run/plan/number_key.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cardresolver::run {

/// Those of the usual shapes as one word each: they take half the room, and sorting them takes a third of the
/// time that comparing takes.
class unsorted_keys {
public:
    /// Room for so many; addresses alone: pages come as they are used.
    void reserve(std::size_t count);
    void add(std::span<const number_key> keys);
    void clear() noexcept;

    bool empty() const noexcept { return size() == 0; }
    std::size_t size() const noexcept { return usual_.size() + others_.size(); }

    /// The different ones, in order. Fewer than 2^32. Those that were added are in another order afterwards.
    key_run sort();

private:
    std::vector<std::uint64_t> usual_;  ///< the low words; the high ones are 0
    std::vector<std::uint64_t> room_;   ///< to sort them in; kept from time to time
    std::vector<number_key> others_;
};

}  // namespace cardresolver::run
