// A long limit of a window that slides: what was sent is counted, and forgotten one window later.
//
// Claim: no window of arrivals at the carrier holds more than N. Permits are counted from before they are
// granted until one window after the last request of their block was answered, or can have arrived at the
// latest. So all arrivals within one window W are counted at the moment of the last grant among them, which
// left the count at N or less.
#pragma once

#include "dispatch/quota/moment.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace cardresolver::dispatch::quota {

/// A plain value. Permits of blocks that are not settled are counted elsewhere.
struct counted_window {
    /// Permits that come free at `slot` grains of ledger time.
    struct spent_permits {
        std::int64_t slot = 0;
        std::uint64_t count = 0;
        bool operator==(const spent_permits&) const = default;
    };

    duration window{};
    std::deque<spent_permits> spent;  ///< in the order of their slots; some 1000 at most

    /// What times are rounded up to.
    duration grain() const noexcept;
    std::uint64_t count() const noexcept;
    /// `permits` were used until `ended` at the latest.
    void spend(std::uint64_t permits, ledger_time ended);
    void collect(ledger_time now);
    /// When so many are to come free, by time alone; none where they are not so many.
    std::optional<ledger_time> free_at(std::uint64_t permits) const noexcept;

    bool operator==(const counted_window&) const = default;
};

}  // namespace cardresolver::dispatch::quota
