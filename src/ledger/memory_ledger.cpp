#include "ledger/memory_ledger.hpp"

namespace cardresolver::ledger {

memory_ledger::memory_ledger(std::uint64_t random, clock_reader clocks)
    : clocks_(std::move(clocks)), began_(clocks_()), book_(dispatch::quota::new_account(random)) {}

dispatch::quota::grant memory_ledger::exchange(const dispatch::quota::request& asked) {
    const auto now = clocks_();
    return book_.exchange(asked, {elapsed(began_, now), now.wall});
}

}  // namespace cardresolver::ledger
