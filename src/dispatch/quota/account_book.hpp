// What all processes of one account share: its short limits as shares, its long ones as counts, its day, the
// carrier's wish to be left alone, what was found out about its limit, and the serials of its transids.
//
// Pure: an exchange is a function of the state, the request and the moment. Whoever keeps the state lets one
// exchange follow the other, and lets no state come back that another one has followed.
#pragma once

#include "dispatch/quota/carrier_day.hpp"
#include "dispatch/quota/counted_window.hpp"
#include "dispatch/quota/exchange.hpp"
#include "dispatch/quota/moment.hpp"
#include "dispatch/quota/share_table.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace cardresolver::dispatch::quota {

/// A process that may send, or may have requests under way.
struct member {
    process_id process = 0;
    ledger_time lease_ends{};  ///< it sends nothing after; it may be heard of again
    duration longest_flight{};
    std::uint64_t roll = 0;  ///< where it shows that it is alive
    bool is_busy = true;
    std::vector<rate_limit> limits;
    std::chrono::minutes day_starts{};
    bool wants_permits = false;              ///< in blocks
    std::optional<ledger_time> waits_since;  ///< for the first permit of a block

    /// Whether it counts where permits are shared.
    bool may_send(ledger_time now) const noexcept { return now < lease_ends; }
    /// When all that it has sent is answered or given up, if it is not heard of before.
    ledger_time idle_from() const noexcept { return lease_ends + longest_flight; }
    bool operator==(const member&) const = default;
};

/// A block that was granted and is not settled. It counts in full, in every window and every day.
struct open_block {
    process_id process = 0;  ///< 0: it is gone
    std::uint64_t id = 0;
    std::uint64_t count = 0;
    ledger_time ends{};  ///< of a process that is gone: when the last request has arrived

    bool operator==(const open_block&) const = default;
};

/// A plain value, to be written down and read back.
struct account_state {
    ledger_time now{};  ///< of the last exchange
    std::chrono::system_clock::time_point latest_wall{};
    std::vector<member> members;  ///< in the order of their ids
    std::vector<share_table> shares;
    std::vector<counted_window> windows;
    std::vector<carrier_day> days;
    std::vector<open_block> blocks;
    std::uint64_t blocks_granted = 0;
    ledger_time hold_until{};
    std::optional<double> found_rate;  ///< of the whole account
    carrier::transid_counter transids;

    bool operator==(const account_state&) const = default;
};

/// Of an account that nobody has used; `random` is evenly distributed.
account_state new_account(std::uint64_t random);

class account_book {
public:
    explicit account_book(account_state state) : state_(std::move(state)) {}

    /// `now` is not taken for earlier than that of the exchange before. `ended`: processes that are known to
    /// have ended by `now`, so that their connections are closed; the others may be alive.
    grant exchange(const request& asked, moment now, std::span<const process_id> ended = {});

    const account_state& state() const noexcept { return state_; }

private:
    void go_on_to(const moment& now);
    void expire_members(std::span<const process_id> ended);
    void expire(const member& one, ledger_time closed);
    void collect();
    void settle(const request& asked);
    void leave(const request& asked);
    void enter(const request& asked, const moment& now);
    void release_unnamed(const member& one);
    void share_out(const request& asked, grant& answer);
    void grant_block(const request& asked, const moment& now, grant& answer);
    void end_block(open_block& block, std::uint64_t used, ledger_time ended);
    void abandon_blocks(process_id process, ledger_time ended);

    member* find(process_id process) noexcept;
    std::vector<contender> contenders_for(duration window) const;
    std::uint64_t busy_count(process_id self) const noexcept;

    account_state state_;
};

}  // namespace cardresolver::dispatch::quota
