// Properties of the account's book: whatever its processes go through, the carrier's limits hold.
#include "dispatch/quota/virtual_account.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace cardresolver::dispatch::quota {
namespace {

using namespace std::chrono_literals;

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
    EXPECT_LE(report.unused, (report.deaths + plan.processes) * report.largest_block)
        << "a block for a death";
    const auto still_open = plan.processes * report.largest_block;
    EXPECT_LE((report.unused - std::min(report.unused, still_open)) * 1000, report.granted);
}

INSTANTIATE_TEST_SUITE_P(
    table, virtual_account_properties,
    testing::Values(
        account_plan{"one", {{200, 1s}}, 1, 50ms, 100ms, 0s, 0s, 0s, 0s},
        account_plan{"two", {{200, 1s}}, 2, 50ms, 100ms, 30s, 0s, 0s, 0s},
        account_plan{"sixteen", {{200, 1s}}, 16, 0ms, 2s, 60s, 60s, 120s, 0s},
        account_plan{"stalled", {{200, 1s}}, 4, 0ms, 20s, 60s, 60s, 60s, 0s, 100s},
        account_plan{"stalled_long", {{50, 1s}, {2'000, 5min}}, 4, 0ms, 20s, 1200s, 1200s, 300s, 0s},
        account_plan{"more_than_permits", {{5, 1s}}, 16, 10ms, 500ms, 300s, 300s, 300s, 0s},
        account_plan{"two_short", {{50, 1s}, {300, 10s}}, 4, 20ms, 200ms, 60s, 60s, 60s, 0s},
        account_plan{"long", {{50, 1s}, {2'000, 5min}}, 4, 20ms, 2s, 1200s, 1200s, 300s, 0s},
        account_plan{"long_alone", {{6'000, 1min}}, 3, 20ms, 2s, 1200s, 1200s, 300s, 0s},
        account_plan{"day", {{50, 1s}, {20'000, 24h, true}}, 3, 20ms, 2s, 3600s, 3600s, 0s, 5h},
        account_plan{"slow_day", {{50, 5min}, {10'000, 24h, true}}, 2, 20ms, 2s, 2h, 2h, 2h, 7h},
        account_plan{
            "all", {{50, 1s}, {2'000, 5min}, {30'000, 24h, true}}, 8, 20ms, 2s, 1800s, 1800s, 1800s, 3h, 1h}),
    [](const testing::TestParamInfo<account_plan>& one) { return one.param.name; });

/// Of what N permits can do at best, where each is held for a window behind the reply.
double share_of_bound(const account_plan& plan, const virtual_account& account) {
    const auto seconds = [](duration time) { return std::chrono::duration<double>(time).count(); };
    const auto& limit = plan.limits.at(0);
    const double held = seconds(limit.window) + seconds(plan.latency) + seconds(plan.jitter) / 2;
    const double bound = static_cast<double>(limit.count) / held * seconds(account.now());
    return static_cast<double>(account.carrier().arrivals()) / bound;
}

TEST(virtual_account, busy_processes_use_the_whole_limit_and_have_equal_parts_of_it) {
    for (const std::size_t processes : {1U, 2U, 7U, 16U}) {
        const account_plan plan{"busy", {{200, 1s}}, processes, 50ms, 100ms, 0s, 0s, 0s, 0s};
        virtual_account account(plan, seed_of_cases());
        account.run(100'000);
        const auto report = account.report();
        EXPECT_GE(share_of_bound(plan, account), 0.97) << processes;
        EXPECT_LE(static_cast<double>(report.most), static_cast<double>(report.fewest) * 1.1) << processes;
    }
}

TEST(virtual_account, none_of_many_processes_starves) {
    const account_plan plan{"many", {{3, 1s}}, 10, 10ms, 100ms, 0s, 0s, 0s, 0s};
    virtual_account account(plan, seed_of_cases());
    account.run(20'000);
    // 3 at a time for 10 s each, and the time in which a permit changes hands.
    EXPECT_LE(account.report().longest_silence, 60s);
    EXPECT_GE(share_of_bound(plan, account), 0.9);
}

TEST(virtual_account, none_of_many_processes_starves_where_permits_are_counted) {
    const account_plan plan{"many_counted", {{60, 1min}}, 10, 10ms, 100ms, 0s, 0s, 0s, 0s};
    virtual_account account(plan, seed_of_cases());
    account.run(5'000);
    const auto report = account.report();
    EXPECT_LE(static_cast<double>(report.most), static_cast<double>(report.fewest) * 1.2);
    EXPECT_GE(share_of_bound(plan, account), 0.95);
}

TEST(virtual_account, RL6_a_days_quota_is_spent_in_each_day) {
    const account_plan plan{"days", {{2'000, 24h, true}}, 3, 20ms, 1s, 3h, 3h, 0s, 0s};
    virtual_account account(plan, seed_of_cases());
    account.run(1'000'000, 24h * 20);
    const auto& days = account.carrier().days();
    ASSERT_GE(days.size(), 20U);
    for (std::size_t i = 0; i + 1 < days.size(); ++i)
        EXPECT_GE(days[i], 1'996U) << i;
}

}  // namespace
}  // namespace cardresolver::dispatch::quota
