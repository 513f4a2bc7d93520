// A ledger that nobody else sees and that ends with the process: for a carrier that does, too.
#pragma once

#include "dispatch/quota/account_book.hpp"
#include "ledger/ledger_clock.hpp"
#include "ledger/quota_ledger.hpp"

#include <cstdint>

namespace cardresolver::ledger {

class memory_ledger final : public quota_ledger {
public:
    /// `random` is evenly distributed.
    explicit memory_ledger(std::uint64_t random, clock_reader clocks = read_clocks);

    dispatch::quota::grant exchange(const dispatch::quota::request& asked) override;

private:
    clock_reader clocks_;
    clock_reading began_;
    dispatch::quota::account_book book_;
};

}  // namespace cardresolver::ledger
