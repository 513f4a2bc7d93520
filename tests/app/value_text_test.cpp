#include "app/options/value_text.hpp"

#include "run/rate_text.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace cardresolver::app {
namespace {

using std::chrono::milliseconds;

TEST(duration, reads_a_number_and_a_unit) {
    const std::vector<std::pair<std::string_view, milliseconds>> cases{
        {"250ms", milliseconds(250)},       {"10s", milliseconds(10'000)}, {"5m", milliseconds(300'000)},
        {"2h", milliseconds(7'200'000)},    {"0s", milliseconds(0)},       {"007s", milliseconds(7'000)},
        {"8760h", std::chrono::hours(8760)}};
    for (const auto& [text, value] : cases)
        EXPECT_EQ(parse_duration(text), value) << text;
}

TEST(duration, refuses_everything_else) {
    for (const std::string_view text : {"",
                                        "10",
                                        "s",
                                        "-5s",
                                        "+5s",
                                        " 5s",
                                        "5 s",
                                        "5s ",
                                        "1.5s",
                                        "5S",
                                        "5d",
                                        "5sec",
                                        "1h30m",
                                        "8761h",
                                        "31536001s",
                                        "99999999999999999999s",
                                        "18446744073709551615ms",
                                        "18446744073709551616h",
                                        "0x10s",
                                        "5µs"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(duration, is_printed_as_it_is_read) {
    for (const std::string_view text : {"250ms", "1500ms", "10s", "90s", "2m", "5m", "1h", "36h", "0s"}) {
        EXPECT_EQ(format_duration(*parse_duration(text)), text);
    }
}

TEST(rate, reads_count_and_window) {
    struct rate_case {
        std::string_view text;
        std::uint64_t count;
        milliseconds window;
    };
    const std::vector<rate_case> cases{{"50/s", 50, std::chrono::seconds(1)},
                                       {"2000/5m", 2000, std::chrono::minutes(5)},
                                       {"30/m", 30, std::chrono::minutes(1)},
                                       {"10/10s", 10, std::chrono::seconds(10)},
                                       {"7/h", 7, std::chrono::hours(1)},
                                       {"1/250ms", 1, milliseconds(250)},
                                       {"1000000/24h", 1'000'000, std::chrono::hours(24)},
                                       {"1000000000/s", 1'000'000'000, std::chrono::seconds(1)}};
    for (const auto& one : cases) {
        const auto rate = parse_rate(one.text);
        ASSERT_TRUE(rate) << one.text;
        EXPECT_EQ(rate->count, one.count);
        EXPECT_EQ(rate->window, one.window);
        EXPECT_EQ(run::format_rate(*rate), one.text);
        EXPECT_FALSE(rate->is_calendar_day);
    }
}

TEST(rate, by_the_day_is_by_the_calendar) {
    for (const std::string_view text : {"7/d", "7/1d"}) {
        const auto rate = parse_rate(text);
        ASSERT_TRUE(rate) << text;
        EXPECT_EQ(*rate, (dispatch::rate_limit{7, std::chrono::hours(24), true}));
        EXPECT_EQ(run::format_rate(*rate), "7/d");
    }
}

TEST(rate, refuses_everything_else) {
    for (const std::string_view text :
         {"",     "/",     "50",    "0/s",   "-1/s",      "50/",          "/s",
          "50/x", "50/0s", "50/ms", "1.5/s", "50 /s",     "50/s/s",       "1000000001/s",
          "0/d",  "/d",    "7/2d",  "7/0d",  "unlimited", "1/9999999999h"}) {
        EXPECT_FALSE(parse_rate(text)) << text;
    }
}

TEST(number, keeps_to_its_bounds) {
    EXPECT_EQ(parse_number("1", 1, 100), 1U);
    EXPECT_EQ(parse_number("100", 1, 100), 100U);
    for (const std::string_view text : {"0", "101", "-1", "+1", "", "1 ", "1e2", "99999999999999999999999"}) {
        EXPECT_FALSE(parse_number(text, 1, 100)) << text;
    }
}

TEST(probability, is_between_0_and_1) {
    EXPECT_EQ(parse_probability("0"), 0.0);
    EXPECT_EQ(parse_probability("0.25"), 0.25);
    EXPECT_EQ(parse_probability("1"), 1.0);
    for (const std::string_view text : {"", "1.01", "-0.5", "nan", "1e-3", "0.5x", ".", "0,5"}) {
        EXPECT_FALSE(parse_probability(text)) << text;
    }
}

TEST(switch_text, has_two_sides) {
    for (const std::string_view text : {"true", "yes", "on", "1"})
        EXPECT_EQ(parse_switch(text), true);
    for (const std::string_view text : {"false", "no", "off", "0"})
        EXPECT_EQ(parse_switch(text), false);
    EXPECT_FALSE(parse_switch("TRUE"));
    EXPECT_FALSE(parse_switch(""));
}

TEST(failure_limit, reads_a_number_of_cards_or_a_share) {
    using run::failure_limit;
    const std::vector<std::pair<std::string_view, failure_limit>> cases{
        {"1", failure_limit::count(1)},
        {"500", failure_limit::count(500)},
        {"5%", failure_limit::share(50'000)},
        {"2.5%", failure_limit::share(25'000)},
        {"0.01%", failure_limit::share(100)},
        {"0.0001%", failure_limit::share(1)},
        {"100%", failure_limit::share(1'000'000)},
        {"12.0340%", failure_limit::share(120'340)}};
    for (const auto& [text, limit] : cases)
        EXPECT_EQ(parse_failure_limit(text), limit) << text;
    for (const std::string_view text : {"", "0", "-1", "%", "0%", "0.0%", "100.1%", "101%", "5 %", "5%%",
                                        ".5%", "5.%", "1.00001%", "1e2", "1.5", "5%5", "9999999999999"})
        EXPECT_FALSE(parse_failure_limit(text)) << text;
}

}  // namespace
}  // namespace cardresolver::app
