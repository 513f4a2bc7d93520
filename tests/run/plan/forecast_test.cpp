#include "run/plan/forecast.hpp"

#include <gtest/gtest.h>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;

list_counts cards(counts_by_kind valid, counts_by_kind distinct) {
    list_counts counts;
    counts.valid = valid;
    counts.distinct = distinct;
    return counts;
}

forecast_settings settings(std::size_t batch_size, std::size_t remembered,
                           std::vector<dispatch::rate_limit> limits) {
    return {batch_size, remembered, sending_plan{{std::move(limits)}}};
}

TEST(forecast, fills_requests_of_one_kind_each) {
    struct row {
        counts_by_kind cards;
        std::size_t batch_size;
        std::uint64_t requests;
    };
    for (const auto& [count, batch_size, requests] :
         {row{{0, 0, 0}, 100, 0}, row{{1, 0, 0}, 100, 1}, row{{100, 0, 0}, 100, 1}, row{{101, 0, 0}, 100, 2},
          row{{1, 1, 1}, 100, 3}, row{{250, 100, 1}, 100, 5}, row{{7, 7, 0}, 1, 14},
          row{{300'000'000, 0, 0}, 100, 3'000'000}}) {
        const auto expected = make_forecast(cards(count, count), settings(batch_size, 0, {}));
        EXPECT_EQ(expected.requests.least, requests);
        EXPECT_TRUE(expected.requests.is_exact());
    }
}

TEST(forecast, has_two_figures_where_a_run_may_forget_what_it_has_asked) {
    const auto counts = cards({30'000, 500, 0}, {10'000, 0, 0});
    const auto remembers = make_forecast(counts, settings(100, 10'000, {}));
    EXPECT_EQ(remembers.requests.least, 100U);
    EXPECT_EQ(remembers.requests.most, 100U);
    const auto may_forget = make_forecast(counts, settings(100, 9'999, {}));
    EXPECT_EQ(may_forget.requests.least, 100U);
    EXPECT_EQ(may_forget.requests.most, 305U);
}

TEST(forecast, takes_the_slowest_limit) {
    const auto counts = cards({100'000, 0, 0}, {50'000, 0, 0});
    const auto expected = make_forecast(counts, settings(100, 0, {{50, 1s}, {600, 5min}, {1'000, 24h}}));
    ASSERT_TRUE(expected.time);
    EXPECT_NEAR(expected.time->least.count(), 43'200.0, 0.001);
    EXPECT_NEAR(expected.time->most.count(), 86'400.0, 0.001);
    const auto quick = make_forecast(counts, settings(100, 0, {{50, 1s}, {600, 5min}}));
    EXPECT_NEAR(quick.time->least.count(), 250.0, 0.001);
    EXPECT_FALSE(make_forecast(counts, settings(100, 0, {})).time) << "no limit, no time";
}

TEST(forecast, tells_the_share_of_limits_by_the_day_alone) {
    const auto counts = cards({100'000, 0, 0}, {50'000, 0, 0});
    const auto expected = make_forecast(counts, settings(100, 0, {{50, 1s}, {2'000, 24h, true}, {100, 24h}}));
    ASSERT_EQ(expected.daily.size(), 1U);
    EXPECT_EQ(expected.daily[0].limit.count, 2'000U);
    EXPECT_DOUBLE_EQ(expected.daily[0].share.least, 0.25);
    EXPECT_DOUBLE_EQ(expected.daily[0].share.most, 0.5);
}

TEST(forecast, a_deadline_holds_where_it_does_in_the_worse_case) {
    const system_clock::time_point now(1'000'000s);
    const auto expected = make_forecast(cards({2'000, 0, 0}, {1'000, 0, 0}), settings(100, 0, {{1, 1s}}));
    EXPECT_TRUE(holds(expected, now, now + 20s));
    EXPECT_FALSE(holds(expected, now, now + 19'999ms));
    EXPECT_FALSE(holds(expected, now, now - 1s));
    const auto unlimited = make_forecast(cards({2'000, 0, 0}, {1'000, 0, 0}), settings(100, 0, {}));
    EXPECT_TRUE(holds(unlimited, now, now));
    EXPECT_FALSE(holds(unlimited, now, now - 1s)) << "it has passed";
}

}  // namespace
}  // namespace cardresolver::run
