#include "dispatch/backoff.hpp"

#include <gtest/gtest.h>

namespace cardresolver::dispatch {
namespace {

using namespace std::chrono_literals;

TEST(backoff_policy, doubles_up_to_its_cap) {
    const backoff_policy policy{200ms, 20s};
    EXPECT_EQ(policy.limit(0), 200ms);
    EXPECT_EQ(policy.limit(1), 200ms);
    EXPECT_EQ(policy.limit(2), 400ms);
    EXPECT_EQ(policy.limit(7), 12'800ms);
    EXPECT_EQ(policy.limit(8), 20s);
    EXPECT_EQ(policy.limit(4'000'000'000U), 20s);
}

TEST(backoff_policy, draws_evenly_between_nothing_and_the_limit) {
    const backoff_policy policy{200ms, 20s};
    random_source random(1);
    duration sum{};
    for (int i = 0; i < 10'000; ++i) {
        const auto wait = policy.draw(3, random);
        ASSERT_GE(wait, 0ms);
        ASSERT_LT(wait, 800ms);
        sum += wait;
    }
    EXPECT_NEAR(std::chrono::duration<double>(sum).count() / 10'000, 0.4, 0.01);
}

TEST(retry_budget, waits_when_it_is_exhausted_and_never_refuses) {
    retry_budget budget(10.0);
    auto now = time_point{} + 1h;
    int at_once = 0;
    while (budget.available_at(now) <= now) {
        budget.spend();
        ++at_once;
    }
    EXPECT_EQ(at_once, 500);
    EXPECT_EQ(budget.available_at(now), now + 100ms);
    now += 100ms;
    EXPECT_EQ(budget.available_at(now), now);
    budget.spend();
    for (int i = 0; i < 5; ++i)
        budget.earn();
    EXPECT_EQ(budget.available_at(now), now) << "five answers earn one retry";
}

}  // namespace
}  // namespace cardresolver::dispatch
