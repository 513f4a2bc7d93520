// A ledger for one process alone: nothing is left of it at the end.
#pragma once

#include "dispatch/quota/account_book.hpp"
#include "ledger/quota_ledger.hpp"

namespace cardresolver::ledger {

/// For the built-in carrier, whose account ends with the process, too.
class memory_ledger final : public quota_ledger {
public:
    /// `random` is evenly distributed.
    explicit memory_ledger(std::uint64_t random);

    dispatch::quota::grant exchange(const dispatch::quota::request& request) override;

private:
    dispatch::quota::account_book book_;
};

}  // namespace cardresolver::ledger
