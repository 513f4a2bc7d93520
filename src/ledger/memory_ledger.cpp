#include "ledger/memory_ledger.hpp"

#include "ledger/ledger_clock.hpp"

namespace cardresolver::ledger {

memory_ledger::memory_ledger(std::uint64_t random) : book_(dispatch::quota::new_account(random)) {}

dispatch::quota::grant memory_ledger::exchange(const dispatch::quota::request& request) {
    const auto clocks = read_clocks();
    return book_.exchange(request, {clocks.since_boot, clocks.wall});
}

}  // namespace cardresolver::ledger
