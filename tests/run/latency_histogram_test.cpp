#include "run/latency_histogram.hpp"

#include <gtest/gtest.h>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;

TEST(latency_histogram, knows_nothing_while_empty) {
    const latency_histogram histogram;
    EXPECT_EQ(histogram.quantile_ms(0.5), 0.0);
    EXPECT_EQ(histogram.max_ms(), 0.0);
}

TEST(latency_histogram, is_exact_to_three_percent_over_its_whole_range) {
    for (const auto value : {1us, 31us, 32us, 33us, 1000us, 123'456us, 25'000'000us, 3'600'000'000us}) {
        latency_histogram histogram;
        histogram.add(value);
        histogram.add(5'000s);  // so that the maximum does not cap the answer
        const double expected = std::chrono::duration<double, std::milli>(value).count();
        EXPECT_GE(histogram.quantile_ms(0.5), expected * 0.999);
        EXPECT_LE(histogram.quantile_ms(0.5), expected * 1.035) << expected;
    }
}

TEST(latency_histogram, gives_percentiles_of_an_even_distribution) {
    latency_histogram histogram;
    for (int i = 1; i <= 100'000; ++i)
        histogram.add(std::chrono::microseconds(i));
    EXPECT_NEAR(histogram.quantile_ms(0.5), 50.0, 1.6);
    EXPECT_NEAR(histogram.quantile_ms(0.99), 99.0, 3.1);
    EXPECT_EQ(histogram.quantile_ms(1.0), 100.0);
    EXPECT_EQ(histogram.max_ms(), 100.0);
    EXPECT_EQ(histogram.count(), 100'000U);
}

TEST(latency_histogram, takes_what_is_out_of_range) {
    latency_histogram histogram;
    histogram.add(-1s);
    histogram.add(1'000'000s);
    EXPECT_EQ(histogram.count(), 2U);
    EXPECT_EQ(histogram.quantile_ms(0.5), 0.0);
    EXPECT_EQ(histogram.max_ms(), 1e9);
}

}  // namespace
}  // namespace cardresolver::run
