// The carrier's day, and what was sent in it.
//
// Two witnesses tell when a day begins: the wall clock, and the ledger's time, which counts days of 24 hours
// from when the book was opened. A new day begins when both say so: a clock that is set forward resets
// nothing early, and one that is set back keeps the day. From when the first of them says so until the other
// one does, it is open which day it is, so what is sent counts in both. No day lasts for two: after a whole
// further day by the ledger's time, a wall clock that shows no new one was wrong when this one began.
//
// Claim: no day of the carrier's holds more than its limit if one of the witnesses is right. For the day does
// not begin before its true beginning, and whatever can have arrived after that is counted in it. What a
// wrong clock costs is what is sent while the witnesses disagree, each day, or a wait for as long as it was
// set back.
#pragma once

#include "dispatch/quota/moment.hpp"

#include <chrono>
#include <cstdint>

namespace cardresolver::dispatch::quota {

/// A plain value. Permits of blocks that are not settled are counted elsewhere; they count in a new day, too.
struct carrier_day {
    std::chrono::minutes day_starts{};  ///< after midnight in UTC+8
    std::int64_t number = 0;            ///< days since 1970, as the wall clock has shown when it began
    ledger_time began{};                ///< by the earlier witness
    ledger_time next_begins{};          ///< by the ledger's time
    ledger_time next_may_begin{};       ///< by the earlier witness, as far as is known
    ledger_time last_ended{};           ///< of what was spent
    std::uint64_t spent = 0;
    std::uint64_t spent_in_next = 0;  ///< what is to count in the next day, too

    /// The day that the wall clock shows.
    static carrier_day beginning_with(std::chrono::minutes day_starts, const moment& now);

    /// Goes on to the day that it is, where it is another one.
    void advance(const moment& now);
    /// `permits` were used until `ended` at the latest.
    void spend(std::uint64_t permits, ledger_time ended) noexcept;
    /// From `now` on, if no clock is set.
    duration resets_in(const moment& now) const noexcept;

    bool operator==(const carrier_day&) const = default;
};

}  // namespace cardresolver::dispatch::quota
