#include "app/progress_text.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cardresolver::app {
namespace {

using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// A quarter of a list of 4,000 lines of 21 bytes.
progress_view quarter() {
    progress_view view;
    view.counts.outcomes = {990, 5, 1, 4};
    view.counts.lines_read = 2'000;
    view.counts.input_bytes_read = 42'000;
    view.counts.input_size = 84'000;
    view.counts.elapsed = seconds(10);
    view.counts.requests.sent = 12;
    view.counts.requests.retried = 2;
    view.counts.in_flight = 3;
    view.counts.limits = {dispatch::rate_limit{10, seconds(1)}};
    view.counts.permits_unused = 88;
    view.rows_per_s = 100;
    view.requests_per_s = 1.2;
    return view;
}

TEST(progress, knows_the_share_from_what_lines_are_long) {
    EXPECT_DOUBLE_EQ(*finished_share(quarter().counts), 0.25);
    EXPECT_EQ(seconds_left(quarter()), 30U);
}

TEST(progress, foresees_no_end_while_it_stands_still) {
    auto view = quarter();
    view.counts.held_for = std::chrono::hours(3);
    EXPECT_FALSE(seconds_left(view));
    view = quarter();
    view.counts.rows_wait_for = "no room on the disk for further rows";
    EXPECT_FALSE(seconds_left(view));
}

TEST(progress, knows_no_share_of_a_pipe) {
    auto view = quarter();
    view.counts.input_size.reset();
    EXPECT_FALSE(finished_share(view.counts));
    EXPECT_FALSE(seconds_left(view));
    EXPECT_THAT(format_line(view), Not(HasSubstr("%")));
    EXPECT_THAT(format_bar(view, 80), Not(HasSubstr("[")));
}

TEST(progress, survives_the_first_moment) {
    progress_view view;
    view.counts.input_size = 100;
    EXPECT_EQ(finished_share(view.counts), 0.0);
    EXPECT_FALSE(seconds_left(view));
    EXPECT_THAT(format_line(view), HasSubstr("0%, 0 rows"));
    view.counts.input_size = 0;
    EXPECT_FALSE(finished_share(view.counts));
}

TEST(progress, says_what_the_rows_wait_for) {
    auto view = quarter();
    view.counts.rows_wait_for = "no room on the disk for further rows";
    EXPECT_THAT(format_line(view),
                HasSubstr("1,000 rows, waiting: no room on the disk for further rows, 100 rows/s"));
}

TEST(progress, a_line_says_it_all) {
    EXPECT_EQ(format_line(quarter()),
              "25%, 1,000 rows, 100 rows/s, 00:30 left, 1.2 requests/s (limit 10/s), 2 retries, 88 permits "
              "unused, 3 in flight");
    auto held = quarter();
    held.counts.held_by = run::hold_reason::down;
    held.held_until = "14:03:22";
    held.counts.limits.clear();
    EXPECT_THAT(format_line(held), HasSubstr("waiting for the carrier until 14:03:22"));
    EXPECT_THAT(format_line(held), HasSubstr("1.2 requests/s,"));
}

TEST(progress, the_bar_respects_the_width) {
    for (std::size_t width = 0; width < 200; ++width) {
        const auto bar = format_bar(quarter(), width);
        EXPECT_LT(bar.size(), std::max<std::size_t>(width, 1)) << width;
    }
    EXPECT_EQ(format_bar(quarter(), 120).substr(0, 38), "[=======>                      ]  25% ");
    EXPECT_THAT(format_bar(quarter(), 120), HasSubstr("2 retries"));
    EXPECT_EQ(format_bar(quarter(), 20), " 25% 1,000 rows");
}

TEST(progress, a_full_bar_has_no_head) {
    auto view = quarter();
    view.counts.outcomes = {4'000, 0, 0, 0};
    view.counts.lines_read = 4'000;
    view.counts.input_bytes_read = 84'000;
    EXPECT_THAT(format_bar(view, 120), HasSubstr("[==============================] 100% "));
}

TEST(progress, json_is_an_object_in_one_line) {
    const auto text = format_json(quarter(), false);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const auto object = boost::json::parse(text).as_object();
    EXPECT_EQ(object.at("rows").as_int64(), 1'000);
    EXPECT_EQ(object.at("resolved").as_int64(), 990);
    EXPECT_EQ(object.at("final").as_bool(), false);
    EXPECT_EQ(object.at("rate_limits"), boost::json::parse(R"(["10/s"])"));
    EXPECT_EQ(object.at("permits_unused").as_int64(), 88);
    EXPECT_TRUE(object.at("found_per_s").is_null());
    EXPECT_TRUE(object.at("waits_for").is_null());
    EXPECT_TRUE(object.at("resume_at").is_null());
    EXPECT_EQ(object.at("seconds_left").as_int64(), 30);
    EXPECT_TRUE(object.at("held_for_s").is_null());
    EXPECT_DOUBLE_EQ(object.at("percent").as_double(), 25.0);
    progress_view unknown;
    const auto nothing = boost::json::parse(format_json(unknown, true)).as_object();
    EXPECT_TRUE(nothing.at("percent").is_null());
    EXPECT_TRUE(nothing.at("permits_unused").is_null());
    EXPECT_EQ(nothing.at("rate_limits"), boost::json::parse(R"(["unlimited"])"));
}

TEST(progress, tells_all_limits_and_what_was_found_of_one) {
    auto view = quarter();
    view.counts.limits.push_back({2'000, std::chrono::minutes(5)});
    EXPECT_THAT(format_line(view), HasSubstr("1.2 requests/s (limit 10/s, 2000/5m)"));
    view.counts.finds_limit = true;
    EXPECT_THAT(format_line(view), HasSubstr("(limit being looked for, 10/s, 2000/5m)"));
    view.counts.found_rate = 148.6;
    EXPECT_THAT(format_line(view), HasSubstr("(limit 149/s found, 10/s, 2000/5m)"));
    const auto object = boost::json::parse(format_json(view, false)).as_object();
    EXPECT_EQ(object.at("rate_limits"), boost::json::parse(R"(["auto","10/s","2000/5m"])"));
    EXPECT_DOUBLE_EQ(object.at("found_per_s").as_double(), 148.6);
    view.counts.limits.clear();
    EXPECT_THAT(format_totals(view.counts),
                HasSubstr("1.2 requests/s (limit 149/s found), 88 permits unused"));
}

TEST(progress, says_why_nothing_is_sent_and_until_when) {
    using run::hold_reason;
    struct hold_case {
        hold_reason reason;
        std::string text;
        std::string name;
    };
    for (const auto& one : std::vector<hold_case>{
             {hold_reason::down, "waiting for the carrier until 06:00:00", "carrier"},
             {hold_reason::throttled, "throttled by the carrier, waiting until 06:00:00", "throttled"},
             {hold_reason::quota_spent, "the day's quota is spent, waiting until 06:00:00", "day-quota"},
             {hold_reason::schedule, "held by the schedule until 06:00:00", "schedule"}}) {
        auto view = quarter();
        view.counts.held_for = seconds(90);
        view.counts.held_by = one.reason;
        view.held_until = "06:00:00";
        view.resume_at = std::chrono::system_clock::time_point(seconds(1'769'810'400));
        EXPECT_THAT(format_line(view), HasSubstr(one.text));
        EXPECT_THAT(format_bar(view, 120), HasSubstr(one.text));
        const auto object = boost::json::parse(format_json(view, false)).as_object();
        EXPECT_EQ(object.at("waits_for").as_string(), one.name);
        EXPECT_EQ(object.at("resume_at").as_string(), "2026-01-30T22:00:00.000Z");
        EXPECT_DOUBLE_EQ(object.at("held_for_s").as_double(), 90.0);
    }
}

TEST(progress, RL5_says_that_others_have_what_may_be_sent) {
    auto view = quarter();
    view.counts.held_by = run::hold_reason::shared;
    EXPECT_THAT(format_line(view), HasSubstr("waiting for the account's other processes,"));
    const auto object = boost::json::parse(format_json(view, false)).as_object();
    EXPECT_EQ(object.at("waits_for").as_string(), "other-processes");
    EXPECT_TRUE(object.at("resume_at").is_null());
    EXPECT_TRUE(object.at("held_for_s").is_null());
}

TEST(progress, counts_what_was_throttled) {
    auto view = quarter();
    view.counts.requests.throttled = 4;
    EXPECT_THAT(format_line(view), HasSubstr("2 retries, 4 throttled"));
    EXPECT_THAT(format_totals(view.counts), HasSubstr("2 retried, 4 throttled; 1.2 requests/s (limit 10/s)"));
}

TEST(progress, totals_count_everything) {
    EXPECT_EQ(
        format_totals(quarter().counts),
        "1,000 rows in 10.0 s: 990 resolved, 5 refused, 1 failed, 4 invalid; 12 requests, 2 retried; 1.2 "
        "requests/s (limit 10/s), 88 permits unused");
    auto counts = quarter().counts;
    counts.limits.clear();
    EXPECT_THAT(format_totals(counts), EndsWith("12 requests, 2 retried"));
    counts.elapsed = seconds(3'723);
    EXPECT_THAT(format_totals(counts), HasSubstr("in 1:02:03:"));
}

TEST(progress, clock) {
    EXPECT_EQ(format_clock(0), "00:00");
    EXPECT_EQ(format_clock(59), "00:59");
    EXPECT_EQ(format_clock(3'599), "59:59");
    EXPECT_EQ(format_clock(360'000), "100:00:00");
}

TEST(speedometer, looks_at_the_last_ten_seconds) {
    speedometer speed;
    EXPECT_EQ(speed.rows_per_s(), 0.0);
    speed.add(seconds(0), 0, 0);
    EXPECT_EQ(speed.rows_per_s(), 0.0);
    for (int second = 1; second <= 100; ++second) {
        const std::uint64_t rows = second <= 50 ? 0 : static_cast<std::uint64_t>(second - 50) * 200;
        speed.add(seconds(second), rows, rows / 100);
    }
    EXPECT_DOUBLE_EQ(speed.rows_per_s(), 200.0);
    EXPECT_DOUBLE_EQ(speed.requests_per_s(), 2.0);
}

}  // namespace
}  // namespace cardresolver::app
