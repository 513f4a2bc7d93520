// What a process and the account's ledger tell each other. A process sends nothing without a grant.
//
// All times are relative to the moment of the exchange, so neither side needs the other's clock. A process
// reads its clock before it asks: what the ledger says then counts from no later than the exchange itself.
#pragma once

#include "carrier/transid_counter.hpp"
#include "dispatch/rate_limit.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace cardresolver::dispatch::quota {

/// Drawn at random when a process starts; never 0.
using process_id = std::uint64_t;

/// A limit of less than this is shared as permits that a process holds and uses again and again; any other
/// is a count of what was sent, which outlives the processes.
inline constexpr duration long_window = std::chrono::minutes(1);

inline bool is_counted(const rate_limit& limit) noexcept {
    return limit.is_calendar_day || limit.window >= long_window;
}

/// How long a grant holds. No request may go out after.
inline constexpr duration lease_length = std::chrono::seconds(3);

/// A request that was sent reaches the carrier, if at all, not later than this after its connection was
/// closed. An assumption: the proofs of the limits name it.
inline constexpr duration arrival_grace = std::chrono::seconds(2);

/// Permits that were counted when they were granted and are used once, until the grant ends.
struct permit_block {
    std::uint64_t id = 0;  ///< ascending; no id is used twice for one account
    std::uint64_t count = 0;
};

/// A block whose permits are all used or lapsed, and whose requests are all answered or known dead.
struct settled_block {
    std::uint64_t id = 0;
    std::uint64_t used = 0;
    duration settled_ago{};  ///< since its last request was answered or known dead
};

struct request {
    process_id process = 0;
    /// What it has sent is answered, or given up with its connection closed, this long after at the latest.
    duration longest_flight{};
    std::uint64_t roll = 0;  ///< where it shows that it is alive; the ledger fills it in
    pace limits;             ///< in force; the calendar's day begins at `limits.day_starts`
    /// For each limit that is not counted, in their order: permits that the process keeps, at most as many as
    /// were granted. It uses no more than these until the next grant.
    std::vector<std::uint64_t> kept;
    bool is_busy = true;  ///< it has more to send than it may: its share shall not shrink to a token
    std::uint64_t wanted_permits = 0;  ///< in a block, where there are counted limits
    std::vector<settled_block> settled;
    std::uint64_t wanted_transids = 0;
    std::optional<duration>
        hold;  ///< the carrier wants to be left alone so much longer, by the whole account
    /// Requests a second that the carrier bears, of the whole account, as this process has found out.
    std::optional<double> found_rate;
    /// The process ends; nothing is in flight. Its kept permits come free after this.
    std::optional<duration> leaves_for;
};

struct grant {
    /// For each limit that is not counted, in their order: permits that the process may use, and what it is
    /// to come down to as its permits come free, since others want some.
    std::vector<std::uint64_t> shares;
    std::vector<std::uint64_t> targets;
    permit_block block;                       ///< `count` 0: none
    std::optional<duration> next_permits_in;  ///< where the counted limits gave fewer than wanted
    std::optional<duration> day_resets_in;    ///< where it is the day's quota that is spent
    carrier::transid_block transids;
    duration hold{};                      ///< the carrier is to be left alone so much longer
    std::optional<double> found_rate;     ///< for this process, of what was found out before
    std::uint64_t busy_processes = 1;     ///< of the account, this one among them
    std::chrono::seconds clock_behind{};  ///< the wall clock is so far behind what was seen of it before
};

}  // namespace cardresolver::dispatch::quota
