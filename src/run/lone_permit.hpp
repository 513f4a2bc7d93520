// One request outside of a run, under the account's limits as any other.
#pragma once

#include "carrier/transid.hpp"
#include "dispatch/quota_gate.hpp"
#include "ledger/quota_ledger.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cardresolver::run {

/// Blocks where it waits. Throws `ledger::ledger_error` where the ledger cannot be used.
class lone_permit {
public:
    /// `ledger` outlives it. `process` is drawn at random. The request takes `longest_flight` at most.
    lone_permit(ledger::quota_ledger& ledger, const dispatch::pace& pace, std::uint64_t process,
                std::chrono::milliseconds longest_flight, std::string_view appid);

    /// What the request is to be signed with, and sent at once; nothing where the limits leave no permit
    /// within `at_most`: others use them up, or the day's quota is spent.
    std::optional<carrier::transid> take(std::chrono::milliseconds at_most);
    /// The request has ended, or was never sent.
    void give_back(dispatch::permit_end end);

private:
    using clock = std::chrono::steady_clock;

    void ask(clock::time_point now);

    ledger::quota_ledger& ledger_;
    dispatch::quota_gate gate_;
    carrier::transid_sequence transids_;
    std::optional<dispatch::permit> taken_;
    clock::time_point held_until_{};  ///< the carrier wants the account to keep away
};

}  // namespace cardresolver::run
