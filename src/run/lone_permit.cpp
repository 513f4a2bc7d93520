#include "run/lone_permit.hpp"

#include <algorithm>
#include <thread>

namespace cardresolver::run {
namespace {

/// Between two looks, where nobody knows when a permit comes free.
constexpr auto look_again_after = std::chrono::milliseconds(100);

}  // namespace

lone_permit::lone_permit(ledger::quota_ledger& ledger, const dispatch::pace& pace, std::uint64_t process,
                         std::chrono::milliseconds longest_flight, std::string_view appid)
    : ledger_(ledger), gate_(pace, std::max<std::uint64_t>(1, process), longest_flight), transids_(appid) {}

std::optional<carrier::transid> lone_permit::take(std::chrono::milliseconds at_most) {
    const auto until = clock::now() + at_most;
    for (auto now = clock::now(); now < until; now = clock::now()) {
        if (gate_.asks_at(now, true) <= now) ask(now);
        const auto looked_at = clock::now();
        const auto at = std::max(gate_.available_at(looked_at), held_until_);
        if (at <= looked_at) {
            taken_ = gate_.take(looked_at);
            return transids_.next(std::chrono::system_clock::now());
        }
        std::this_thread::sleep_until(std::min({at, until, now + look_again_after}));
    }
    return std::nullopt;
}

void lone_permit::ask(clock::time_point now) {
    try {
        const auto granted = ledger_.exchange(gate_.ask(now, true, std::nullopt));
        if (granted.transids.count > 0) transids_.use(granted.transids);
        gate_.on_grant(granted, clock::now());
        held_until_ = clock::now() + granted.hold;
    } catch (const ledger::ledger_error& error) {
        if (!error.is_passing()) throw;
        gate_.on_refusal();
    }
}

void lone_permit::give_back(dispatch::permit_end end) {
    const auto now = clock::now();
    if (taken_) gate_.release(*taken_, end, now);
    taken_.reset();
    try {
        ledger_.exchange(gate_.leave(now));
    } catch (const ledger::ledger_error&) {
        // The lease ends by itself.
    }
}

}  // namespace cardresolver::run
