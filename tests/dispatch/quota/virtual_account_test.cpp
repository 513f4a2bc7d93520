// Properties of the account's book: whatever its processes go through, the carrier's limits hold.
#include "dispatch/quota/virtual_account.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace cardresolver::dispatch::quota {
namespace {

using namespace std::chrono_literals;

const rate_limit per_day_1000{1'000, 24h, true};

/// Arrivals to simulate for each case; $CARDRESOLVER_QUOTA_ARRIVALS in a soak.
std::uint64_t arrivals_per_case() {
    const char* const text = std::getenv("CARDRESOLVER_QUOTA_ARRIVALS");
    return text == nullptr ? 100'000 : std::strtoull(text, nullptr, 10);
}

std::uint64_t seed_of_cases() {
    const char* const text = std::getenv("CARDRESOLVER_QUOTA_SEED");
    return text == nullptr ? 42 : std::strtoull(text, nullptr, 10);
}

class virtual_account_properties : public testing::TestWithParam<account_plan> {};

TEST_P(virtual_account_properties, RL5_RL6_PR6_PR7_no_window_and_no_day_holds_too_many) {
    const auto& plan = GetParam();
    const auto seed = seed_of_cases();
    SCOPED_TRACE("seed " + std::to_string(seed));
    virtual_account account(plan, seed);
    account.run(arrivals_per_case());
    const auto report = account.report();
    std::cout << "points: " << plan.name << ": " << account.carrier().arrivals() << " arrivals in "
              << account.now() / 1s << " s, " << report.exchanges << " exchanges, " << report.deaths
              << " deaths, " << report.unused << " unused of " << report.granted << "\n";
    EXPECT_EQ(account.carrier().too_many(), 0U);
    EXPECT_EQ(account.carrier().too_many_in_day(), 0U);
    EXPECT_EQ(report.shares_over, 0U);
    if (plan.kill_every == 0s && plan.stop_every == 0s) {
        EXPECT_LE(report.unused, plan.processes * report.largest_block);
    } else {
        EXPECT_LE(report.unused, (report.deaths + plan.processes) * report.largest_block);
    }
}

INSTANTIATE_TEST_SUITE_P(
    table, virtual_account_properties,
    testing::Values(
        account_plan{"one", {{200, 1s}}, 1, 50ms, 100ms, 0s, 0s, 0s, 0s},
        account_plan{"two", {{200, 1s}}, 2, 50ms, 100ms, 30s, 0s, 0s, 0s},
        account_plan{"sixteen", {{200, 1s}}, 16, 0ms, 2s, 60s, 60s, 120s, 0s},
        account_plan{"more_than_permits", {{5, 1s}}, 16, 10ms, 500ms, 300s, 300s, 300s, 0s},
        account_plan{"two_short", {{50, 1s}, {300, 10s}}, 4, 20ms, 200ms, 60s, 60s, 60s, 0s},
        account_plan{"long", {{50, 1s}, {2'000, 5min}}, 4, 20ms, 2s, 300s, 300s, 300s, 0s},
        account_plan{"long_alone", {{6'000, 1min}}, 3, 20ms, 2s, 300s, 300s, 300s, 0s},
        account_plan{"day", {{50, 1s}, {20'000, 24h, true}}, 3, 20ms, 2s, 3600s, 3600s, 0s, 5h},
        account_plan{"small_day", {{500, 24h, true}}, 2, 20ms, 2s, 5h, 5h, 5h, 7h},
        account_plan{
            "all", {{50, 1s}, {2'000, 5min}, {30'000, 24h, true}}, 8, 20ms, 2s, 600s, 600s, 600s, 3h}),
    [](const testing::TestParamInfo<account_plan>& one) { return one.param.name; });

}  // namespace
}  // namespace cardresolver::dispatch::quota
