// How the processes of an account share a short limit: as permits, each of which one process holds and uses
// again and again.
//
// Claim: where each process keeps to its share, by a gate that holds a permit from the send until one window
// after the reply, no window of arrivals at the carrier holds more than N. For then each of the N permits is
// as good as one of a single gate's (`dispatch/held_permits.hpp`): it changes hands only when it is free. A
// process gives permits away that are free. One that is not heard of sends nothing after its lease; its
// connections are closed when it ends, or when what it has sent has waited for a reply as long as it may;
// what is under way then arrives within `arrival_grace`, and its permits come free one window later.
#pragma once

#include "dispatch/quota/exchange.hpp"
#include "dispatch/quota/moment.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace cardresolver::dispatch::quota {

/// A live process, as far as the sharing of permits goes.
struct contender {
    process_id process = 0;
    bool is_busy = true;
};

/// What is `process`'s due of `permits`. `contenders` are in the order of their ids, and it is one of them.
/// Each has a permit, the busy ones first; the busy ones share the rest equally. What does not go round goes
/// round by time: nobody is without a permit for longer than it takes all others to have had one. Where
/// nobody is busy, all count as busy. The dues of all contenders add up to `permits`.
std::uint64_t due_of(process_id process, std::span<const contender> contenders, std::uint64_t permits,
                     ledger_time now);

/// One short limit; a plain value.
struct share_table {
    struct share {
        process_id process = 0;
        std::uint64_t permits = 0;
        bool operator==(const share&) const = default;
    };
    /// Permits of a process that is gone.
    struct cooling_share {
        ledger_time free_at{};
        std::uint64_t permits = 0;
        bool operator==(const cooling_share&) const = default;
    };

    duration window{};
    std::vector<share> shares;
    std::vector<cooling_share> cooling;

    std::uint64_t share_of(process_id process) const noexcept;
    /// Permits that are somebody's, or not yet free again.
    std::uint64_t taken() const noexcept;
    /// It has given up what exceeds `permits`, at once.
    void keep(process_id process, std::uint64_t permits) noexcept;
    /// It gets more, as far as `limit` permits in all and `due` for itself allow.
    void raise(process_id process, std::uint64_t due, std::uint64_t limit);
    /// It is gone, and its share comes free at `free_at`.
    void cool(process_id process, ledger_time free_at);
    void collect(ledger_time now);
    bool is_empty() const noexcept { return shares.empty() && cooling.empty(); }

    bool operator==(const share_table&) const = default;
};

}  // namespace cardresolver::dispatch::quota
