// The serials of one account, in blocks: what keeps the transaction numbers of its processes apart.
//
// A transaction number prints a second and 8 digits: its counter modulo 10^8. Claim: no two numbers of one
// counter are equal. Say that two have equal digits. No counter is given twice, so theirs differ by 10^8 at
// least, which is more than an epoch is long: they belong to different epochs. All blocks of the earlier
// epoch begin at its last floor F at the latest, so the earlier number prints F + `transid_life` at most. The
// floor of each later epoch is at least F + `transid_life` + 1 s, and no block begins below the floor: the
// later number prints a later second.
//
// The claim rests on two conditions. A block is printed by one process alone, with seconds in [second, second
// + transid_life] only, whatever the clocks do (`transid_sequence`). And the counter's state is never taken
// back to an earlier one. Where it is lost, the next counter starts at random: two counters that print n and
// m numbers within the same second have n m / 10^8 of them in common in the mean, and none at all where no
// second is printed by both; that takes a clock that has stepped back, too, or a loss within a running
// second.
#pragma once

#include <chrono>
#include <cstdint>

namespace cardresolver::carrier {

/// The 8 digits count so far.
inline constexpr std::uint64_t serial_count = 100'000'000;

/// Serials to sign requests with, for one process alone.
struct transid_block {
    /// Since 1970 in UTC: what the numbers print is this second, or up to `transid_life` later.
    std::int64_t second = 0;
    std::uint64_t first_serial = 0;  ///< printed modulo `serial_count`
    std::uint64_t count = 0;

    bool operator==(const transid_block&) const = default;
};
inline constexpr std::chrono::seconds transid_life{10};

/// A plain value: who shares it keeps it where it is not lost.
struct transid_counter {
    static constexpr std::uint64_t epoch_length = serial_count / 2;

    std::uint64_t next_serial = 0;
    std::uint64_t left_in_epoch = epoch_length;
    std::int64_t floor = 0;  ///< no block begins at an earlier second

    /// Begins anywhere; `random` is evenly distributed.
    static transid_counter starting_at(std::uint64_t random) noexcept;

    /// At most `wanted` serials; fewer at the end of an epoch, and none only where none is wanted.
    transid_block take(std::uint64_t wanted, std::chrono::system_clock::time_point wall) noexcept;

    bool operator==(const transid_counter&) const = default;
};

}  // namespace cardresolver::carrier
