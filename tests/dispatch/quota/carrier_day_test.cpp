#include "dispatch/quota/carrier_day.hpp"

#include <gtest/gtest.h>

namespace cardresolver::dispatch::quota {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

/// Two hours before midnight in China, at the ledger's second hour.
constexpr auto evening = sys_days(std::chrono::year(2026) / 1 / 2) + 14h;
constexpr ledger_time start = 2h;

moment after(duration time, duration wrong_by = 0h) {
    return {start + time, evening + time + wrong_by};
}

class carrier_day_test : public testing::Test {
protected:
    carrier_day day_ = carrier_day::beginning_with(0min, after(0h));
};

TEST_F(carrier_day_test, RL6_begins_at_midnight_in_china) {
    day_.spend(10, start);
    EXPECT_EQ(day_.resets_in(after(0h)), 2h);
    day_.advance(after(2h - 1ms));
    EXPECT_EQ(day_.spent, 10U);
    day_.advance(after(2h));
    EXPECT_EQ(day_.spent, 0U);
    EXPECT_EQ(day_.resets_in(after(2h)), 24h);
}

TEST(carrier_day, RL6_begins_when_the_user_says_that_it_does) {
    EXPECT_EQ(carrier_day::beginning_with(90min, after(0h)).resets_in(after(0h)), 3h + 30min);
    EXPECT_EQ(carrier_day::beginning_with(23h, after(0h)).resets_in(after(0h)), 1h);
    EXPECT_EQ(carrier_day::beginning_with(22h, after(0h)).resets_in(after(0h)), 24h);
}

TEST_F(carrier_day_test, RL6_PR6_a_clock_that_steps_forward_resets_nothing_early) {
    for (const auto step : {duration(1h), duration(24h), duration(24h * 365)}) {
        auto day = day_;
        day.spend(10, start);
        day.advance(after(2h - 1ms, step));
        EXPECT_EQ(day.spent, 10U);
        day.advance(after(2h, step));
        EXPECT_EQ(day.spent, 0U);
    }
}

TEST_F(carrier_day_test, RL6_PR6_a_clock_that_steps_back_keeps_the_day) {
    day_.spend(10, start);
    day_.advance(after(2h, -1h));
    EXPECT_EQ(day_.spent, 10U);
    EXPECT_EQ(day_.resets_in(after(2h, -1h)), 1h);
    day_.advance(after(3h, -1h));
    EXPECT_EQ(day_.spent, 0U);
    EXPECT_EQ(day_.resets_in(after(3h, -1h)), 24h);
}

TEST_F(carrier_day_test, RL6_what_is_sent_while_the_clocks_disagree_counts_in_both_days) {
    day_.advance(after(1h + 30min, 1h));
    day_.spend(7, start + 1h + 30min);
    EXPECT_EQ(day_.spent, 7U);
    day_.advance(after(2h, 1h));
    EXPECT_EQ(day_.spent, 7U) << "the wall clock may have been right";

    auto late = carrier_day::beginning_with(0min, after(0h));
    late.advance(after(2h, -1h));
    late.spend(5, start + 2h);
    late.advance(after(2h + 30min));
    EXPECT_EQ(late.spent, 5U) << "the ledger may have been right";
}

TEST_F(carrier_day_test, RL6_what_has_arrived_before_midnight_does_not_count_after_it) {
    day_.advance(after(2h + 1s));
    day_.spend(3, start + 2h - 1ms);
    EXPECT_EQ(day_.spent, 0U);
    day_.spend(4, start + 2h);
    EXPECT_EQ(day_.spent, 4U);
}

TEST_F(carrier_day_test, RL6_goes_on_after_days_without_anybody) {
    day_.spend(10, start);
    day_.advance(after(24h * 5 + 3h));
    EXPECT_EQ(day_.spent, 0U);
    EXPECT_EQ(day_.resets_in(after(24h * 5 + 3h)), 23h);
}

TEST_F(carrier_day_test, RL6_PR6_a_clock_that_was_once_far_ahead_costs_a_day_at_most) {
    day_.advance(after(2h, 24h * 365));
    day_.spend(10, start + 3h);
    EXPECT_EQ(day_.resets_in(after(3h)), 47h);
    day_.advance(after(50h - 1ms));
    EXPECT_EQ(day_.spent, 10U);
    day_.advance(after(50h));
    EXPECT_EQ(day_.spent, 0U);
    EXPECT_EQ(day_.resets_in(after(50h)), 24h) << "and only once";
}

TEST_F(carrier_day_test, RL6_a_day_costs_no_second_one_after_the_clock_was_a_day_ahead) {
    day_.advance(after(1h, 24h));
    day_.advance(after(2h, 24h));
    day_.spend(10, start + 3h);
    day_.advance(after(26h, 24h));
    EXPECT_EQ(day_.spent, 0U);
}

}  // namespace
}  // namespace cardresolver::dispatch::quota
