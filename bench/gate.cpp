// What the gate costs a request: CPU time of one permit, from the question when it is to be had to its
// release.
//
// Time is virtual, so nothing is waited for; the ledger grants all that it is asked for, as one does to a
// process that is alone.
#include "dispatch/quota/account_book.hpp"
#include "dispatch/quota_gate.hpp"

#include <fmt/format.h>

#include <ctime>
#include <deque>
#include <string_view>
#include <utility>

namespace {

using namespace std::chrono_literals;
using namespace cardresolver::dispatch;

constexpr std::uint64_t requests = 2'000'000;
constexpr duration round_trip = 50ms;
constexpr std::chrono::system_clock::time_point noon{std::chrono::seconds(1'790'000'000)};

double cpu_seconds() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

pace limited_to(std::vector<rate_limit> limits, pacing_kind pacing = pacing_kind::strict,
                bool finds_limit = false) {
    pace limited;
    limited.limits = std::move(limits);
    limited.pacing = pacing;
    limited.finds_limit = finds_limit;
    return limited;
}

void measure(std::string_view name, const pace& limits) {
    quota_gate gate(limits, 1, 25s);
    quota::account_book book(quota::new_account(1));
    std::deque<std::pair<time_point, permit>> in_flight;
    time_point now{1h};
    const auto tend = [&] {
        if (gate.asks_at(now, true) > now) return;
        const auto granted = book.exchange(gate.ask(now, true, std::nullopt), {now.time_since_epoch(), noon});
        gate.on_grant(granted, now);
    };
    const auto began = cpu_seconds();
    for (std::uint64_t sent = 0; sent < requests;) {
        tend();
        const auto at = gate.available_at(now);
        if (at <= now) {
            in_flight.emplace_back(now + round_trip, gate.take(now));
            ++sent;
            // Full speed: 100,000 requests a second, where nothing limits them.
            if (limits.is_unlimited()) now += 10us;
        } else {
            now =
                std::min({at, gate.asks_at(now, true), in_flight.empty() ? never : in_flight.front().first});
        }
        for (; !in_flight.empty() && in_flight.front().first <= now; in_flight.pop_front())
            gate.release(in_flight.front().second, permit_end::answered, now);
    }
    fmt::print("{:<34} {:>5.0f} ns of CPU a request\n", name, (cpu_seconds() - began) * 1e9 / requests);
}

}  // namespace

int main() {
    const rate_limit second{50'000, 1s};
    measure("unlimited", limited_to({}));
    measure("50000/s strict", limited_to({second}));
    measure("50000/s smooth", limited_to({second}, pacing_kind::smooth));
    measure("50000/s and 10000000/5m", limited_to({second, {10'000'000, 5min}}));
    measure("50000/s, /5m and /d", limited_to({second, {10'000'000, 5min}, {4'000'000'000, 24h, true}}));
    measure("auto, below 50000/s", limited_to({second}, pacing_kind::strict, true));
}
