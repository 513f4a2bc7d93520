// What one pass over a list finds. Pure.
#pragma once

#include "card/canonical.hpp"
#include "run/plan/distinct_counter.hpp"

#include <cstdint>
#include <map>
#include <numeric>

namespace cardresolver::run {

/// The records that are invalid for one reason.
struct invalid_records {
    std::uint64_t count = 0;
    std::uint64_t first_line = 0;  ///< an example: the first of them
};

struct list_counts {
    std::uint64_t lines = 0;  ///< physical lines
    std::uint64_t bytes = 0;
    counts_by_kind valid{};     ///< records with a card number
    counts_by_kind distinct{};  ///< different card numbers among them
    std::map<card::invalid_reason, invalid_records> invalid;

    std::uint64_t valid_records() const noexcept { return total(valid); }
    std::uint64_t distinct_cards() const noexcept { return total(distinct); }
    /// Records whose card stands in the list before.
    std::uint64_t duplicates() const noexcept { return valid_records() - distinct_cards(); }
    std::uint64_t invalid_total() const noexcept {
        return std::accumulate(invalid.begin(), invalid.end(), std::uint64_t{0},
                               [](auto sum, const auto& entry) { return sum + entry.second.count; });
    }
    std::uint64_t records() const noexcept { return valid_records() + invalid_total(); }

    static std::uint64_t total(const counts_by_kind& counts) noexcept {
        return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    }
};

}  // namespace cardresolver::run
