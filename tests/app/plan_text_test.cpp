#include "app/plan_text.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cardresolver::app {
namespace {

using namespace std::chrono_literals;
using card::invalid_reason;
using testing::HasSubstr;
using testing::Not;

plan_view view_of(run::counts_by_kind valid, run::counts_by_kind distinct,
                  std::vector<dispatch::rate_limit> limits, std::uint64_t remembered = 10'000) {
    plan_view view;
    view.input = "cards.csv";
    view.counts.lines = 1'000'001;
    view.counts.bytes = 21'000'000;
    view.counts.valid = valid;
    view.counts.distinct = distinct;
    view.limits = std::move(limits);
    view.expected =
        run::make_forecast(view.counts, {view.batch_size, remembered, run::sending_plan{{view.limits}}});
    return view;
}

TEST(plan_text, tells_everything_in_lines) {
    auto view = view_of({990'000, 0, 9'000}, {980'000, 0, 9'000}, {{10, 1s}});
    view.counts.invalid = {{invalid_reason::empty, {1, 70}}, {invalid_reason::unknown_shape, {999, 17}}};
    const auto text = format_plan(view);
    EXPECT_EQ(
        text,
        "list        cards.csv: 1,000,000 records in 1,000,001 lines, 21,000,000 bytes\n"
        "cards       999,000: 990,000 iccid, 9,000 msisdn\n"
        "duplicates  10,000, which leaves 989,000 cards\n"
        "invalid     1,000\n"
        "            999 (first in line 17): " +
            std::string(card::explain(invalid_reason::unknown_shape)) +
            "\n"
            "            1 (line 70): " +
            std::string(card::explain(invalid_reason::empty)) +
            "\n"
            "requests    9,890 to 9,990, with up to 100 cards of one kind in each\n"
            "            the first figure where every duplicate is recognised, the second where none is\n"
            "time        16m 29s to 16m 39s at 10/s; retries and slow answers come on top\n");
}

TEST(plan_text, is_short_where_there_is_little_to_say) {
    auto view = view_of({1, 0, 0}, {1, 0, 0}, {});
    view.input = "-";
    view.counts.lines = 1;
    EXPECT_EQ(format_plan(view),
              "list        standard input: 1 record in 1 line, 21,000,000 bytes\n"
              "cards       1: 1 iccid\n"
              "duplicates  0\n"
              "invalid     0\n"
              "requests    1, with up to 100 cards of one kind in each\n"
              "time        no limit: as fast as the carrier answers\n");
}

TEST(plan_text, tells_what_makes_the_time) {
    const auto time_of = [](std::vector<dispatch::rate_limit> limits, bool finds_limit, bool has_schedule) {
        auto view = view_of({1'000, 0, 0}, {1'000, 0, 0}, std::move(limits));
        view.finds_limit = finds_limit;
        view.has_schedule = has_schedule;
        const auto text = format_plan(view);
        const auto from = text.find("time        ") + 12;
        return text.substr(from, text.find('\n', from) - from);
    };
    EXPECT_EQ(time_of({}, true, false), "not known before: the carrier's limit is looked for");
    EXPECT_EQ(time_of({{20, 24h, true}}, false, false),
              "no limit but the day's: as fast as the carrier answers");
    EXPECT_EQ(time_of({{1, 1s}, {300, 5min}}, true, false),
              "10s at auto, 1/s, 300/5m; retries and slow answers come on top");
    EXPECT_EQ(time_of({{1, 1s}}, false, true),
              "10s at 1/s, and by the schedule; retries and slow answers come on top");
}

TEST(plan_text, rounds_times_up_to_what_people_read) {
    const auto time = [](std::uint64_t requests) {
        const auto text = format_plan(view_of({requests * 100, 0, 0}, {requests * 100, 0, 0}, {{1, 1s}}));
        const auto from = text.find("time        ") + 12;
        return text.substr(from, text.find(" at 1/s") - from);
    };
    EXPECT_EQ(time(59), "59s");
    EXPECT_EQ(time(60), "1m 0s");
    EXPECT_EQ(time(3'599), "59m 59s");
    EXPECT_EQ(time(3'601), "1h 1m");
    EXPECT_EQ(time(7'199), "2h 0m");
    EXPECT_EQ(time(86'401), "1d 1h");
    EXPECT_EQ(time(172'799), "2d 0h");
    EXPECT_EQ(time(864'000'000), "10,000d 0h");
}

TEST(plan_text, tells_quota_and_deadline) {
    auto view = view_of({100'000, 0, 0}, {100'000, 0, 0}, {{50, 1s}, {20'000, 24h, true}}, 1'000'000);
    view.deadline = plan_deadline{std::chrono::system_clock::time_point(1'769'810'400s), false};
    const auto text = format_plan(view);
    EXPECT_THAT(text, HasSubstr("\nquota       5.00 % of 20,000 requests a day\n"));
    EXPECT_THAT(text, HasSubstr(" at 50/s, 20000/d;"));
    EXPECT_THAT(text, HasSubstr(": cannot be met\n"));
    view.deadline->holds = true;
    EXPECT_THAT(format_plan(view), HasSubstr(": can be met\n"));
}

TEST(plan_text, shows_no_more_than_ten_reasons) {
    auto view = view_of({1, 0, 0}, {1, 0, 0}, {});
    for (int reason = 1; reason <= 14; ++reason)
        view.counts.invalid[static_cast<invalid_reason>(reason)] = {static_cast<std::uint64_t>(reason), 5};
    const auto text = format_plan(view);
    EXPECT_THAT(text, HasSubstr("            14 (first in line 5)"));
    EXPECT_THAT(text, HasSubstr("            5 (first in line 5)"));
    EXPECT_THAT(text, Not(HasSubstr("            4 (first in line 5)")));
    EXPECT_THAT(text, HasSubstr("            and others\n"));
}

TEST(plan_text, keeps_a_hostile_path_harmless) {
    auto view = view_of({1, 0, 0}, {1, 0, 0}, {});
    view.input = "a\x1b[31m\"b\\\n";
    EXPECT_THAT(format_plan(view), Not(HasSubstr("\x1b")));
    const auto parsed = boost::json::parse(format_plan_json(view));
    EXPECT_THAT(std::string(parsed.at("input").at("path").as_string()), Not(HasSubstr("\x1b")));
}

TEST(plan_json, has_every_figure) {
    auto view = view_of({990'000, 0, 9'000}, {980'000, 0, 9'000}, {{20'000, 24h, true}});
    view.counts.invalid = {{invalid_reason::empty, {1, 70}}, {invalid_reason::unknown_shape, {999, 17}}};
    view.deadline = plan_deadline{std::chrono::system_clock::time_point(1'769'810'400s), true};
    const auto text = format_plan_json(view);
    EXPECT_EQ(text.find('\n'), text.size() - 1) << "one line";
    const auto plan = boost::json::parse(text);
    EXPECT_EQ(
        plan.at("input"),
        boost::json::parse(R"({"path":"cards.csv","lines":1000001,"bytes":21000000,"records":1000000})"));
    EXPECT_EQ(plan.at("cards"),
              boost::json::parse(R"({"total":999000,"iccid":990000,"imsi":0,"msisdn":9000})"));
    EXPECT_EQ(plan.at("distinct").at("total").to_number<int>(), 989'000);
    EXPECT_EQ(plan.at("duplicates").to_number<int>(), 10'000);
    EXPECT_EQ(plan.at("invalid").at("total").to_number<int>(), 1'000);
    EXPECT_EQ(plan.at("invalid").at("reasons").at(0).at("first_line").to_number<int>(), 17);
    EXPECT_EQ(plan.at("batch_size").to_number<int>(), 100);
    EXPECT_EQ(plan.at("requests"), boost::json::parse(R"({"least":9890,"most":9990})"));
    EXPECT_EQ(plan.at("rate"), boost::json::parse(R"(["20000/d"])"));
    EXPECT_EQ(plan.at("schedule"), false);
    EXPECT_EQ(plan.at("time_s"), boost::json::parse(R"({"least":0,"most":0})"));
    EXPECT_DOUBLE_EQ(plan.at("daily_quota").at(0).at("share").at("most").to_number<double>(), 0.4995);
    EXPECT_EQ(plan.at("deadline"), boost::json::parse(R"({"at":"2026-01-30T22:00:00.000Z","holds":true})"));
    const auto bare = boost::json::parse(format_plan_json(view_of({1, 0, 0}, {1, 0, 0}, {})));
    EXPECT_TRUE(bare.at("time_s").is_null());
    EXPECT_TRUE(bare.at("deadline").is_null());
    EXPECT_EQ(bare.at("rate"), boost::json::array());
}

}  // namespace
}  // namespace cardresolver::app
