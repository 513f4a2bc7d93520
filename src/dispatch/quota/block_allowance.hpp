// How many counted permits a process may have at once.
//
// No more than a second's worth of the slowest long limit, nor a ten-thousandth of the day's quota: so little
// is lost with a process that dies. Where permits are scarce, those who want some share them, and who has
// waited longer comes first.
#pragma once

#include "dispatch/quota/account_book.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

namespace cardresolver::dispatch::quota {

/// As in `grant`.
struct block_allowance {
    std::uint64_t count = 0;
    std::optional<duration> next_permits_in;
    std::optional<duration> day_resets_in;
};

/// Of the counts that members name for a limit of this window; a calendar day's only for this `day_starts`.
/// 0 where nobody names it.
std::uint64_t smallest_count(std::span<const member> members, const rate_limit& window,
                             std::chrono::minutes day_starts);

/// Makes the windows and days that members name where they are missing, and drops those that are empty and
/// nobody's.
void open_accounts(account_state& state, const moment& now);

/// For `self`, one of the members, which wants `wanted` permits, at least one.
block_allowance allow_block(const account_state& state, const member& self, std::uint64_t wanted,
                            const moment& now);

}  // namespace cardresolver::dispatch::quota
