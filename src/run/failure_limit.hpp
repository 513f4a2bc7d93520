// How many cards without an answer are too many. Pure.
#pragma once

#include <cstdint>

namespace cardresolver::run {

/// A number of cards, or a share of those that are finished. A card is finished once it is resolved, refused
/// or failed; an invalid record is no card.
class failure_limit {
public:
    /// `cards`: at least 1.
    static constexpr failure_limit count(std::uint64_t cards) noexcept { return {cards, 0}; }
    /// In millionths, 1 to 1,000,000. Counts from 1,000 finished cards on: before, it would be chance.
    static constexpr failure_limit share(std::uint64_t millionths) noexcept { return {0, millionths}; }

    constexpr bool is_reached(std::uint64_t failed, std::uint64_t finished) const noexcept {
        if (cards_ > 0) return failed >= cards_;
        return finished >= least_finished && failed * whole >= finished * millionths_;
    }

    friend constexpr bool operator==(const failure_limit&, const failure_limit&) noexcept = default;

    static constexpr std::uint64_t whole = 1'000'000;
    static constexpr std::uint64_t least_finished = 1'000;

private:
    constexpr failure_limit(std::uint64_t cards, std::uint64_t millionths) noexcept
        : cards_(cards), millionths_(millionths) {}

    std::uint64_t cards_;
    std::uint64_t millionths_;
};

}  // namespace cardresolver::run
