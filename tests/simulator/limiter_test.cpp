#include "simulator/limiter.hpp"

#include <gtest/gtest.h>

namespace cardresolver::simulator {
namespace {

using namespace std::chrono_literals;

const steady_time start{std::chrono::hours(1)};
const wall_time noon{std::chrono::hours(24 * 20'000 + 4)};  // 12:00 in UTC+8

TEST(sliding_second, forgets_what_is_a_second_old) {
    sliding_second window;
    window.add(start);
    window.add(start + 500ms);
    EXPECT_EQ(window.count(start + 999ms), 2U);
    EXPECT_EQ(window.count(start + 1s), 1U);
    EXPECT_EQ(window.count(start + 1500ms), 0U);
}

TEST(limiter, takes_everything_without_limits) {
    limiter none(std::nullopt, std::nullopt);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(none.accept(start, noon));
    }
}

TEST(limiter, takes_no_more_than_its_rate_in_any_second) {
    limiter two(2, std::nullopt);
    EXPECT_TRUE(two.accept(start, noon));
    EXPECT_TRUE(two.accept(start + 900ms, noon));
    EXPECT_FALSE(two.accept(start + 999ms, noon));
    EXPECT_TRUE(two.accept(start + 1000ms, noon));  // the refused one does not count
    EXPECT_FALSE(two.accept(start + 1899ms, noon));
    EXPECT_TRUE(two.accept(start + 1900ms, noon));
}

TEST(limiter, renews_its_quota_at_midnight_in_utc_8) {
    limiter two(std::nullopt, 2);
    EXPECT_TRUE(two.accept(start, noon));
    EXPECT_TRUE(two.accept(start, noon));
    EXPECT_FALSE(two.accept(start, noon + 11h + 59min));
    EXPECT_TRUE(two.accept(start, noon + 12h));
}

TEST(limiter, charges_no_quota_for_what_the_rate_refuses) {
    limiter both(1, 2);
    EXPECT_TRUE(both.accept(start, noon));
    EXPECT_FALSE(both.accept(start, noon));
    EXPECT_TRUE(both.accept(start + 1s, noon));
    EXPECT_FALSE(both.accept(start + 2s, noon));
}

TEST(limiter, takes_nothing_at_zero) {
    limiter zero(0, std::nullopt);
    EXPECT_FALSE(zero.accept(start, noon));
}

}  // namespace
}  // namespace cardresolver::simulator
