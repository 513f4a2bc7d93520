#include "app/options/config_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cardresolver::app {
namespace {

using namespace std::chrono_literals;
using dispatch::rate_limit;
using testing::ElementsAre;
using testing::IsEmpty;

config_file parse(std::string_view text) {
    return parse_config(text, "c.toml", resolve_option_table());
}

/// The limits of one entry on a Monday at noon; `usual` holds 99/s.
std::optional<dispatch::pace> at_noon(std::string_view keys) {
    const auto file = parse("[[schedule]]\n" + std::string(keys));
    EXPECT_THAT(file.faults, IsEmpty());
    return file.schedule.in_force({{{99, 1s}}}, {0, 12h});
}

TEST(schedule_file, holds_limits_by_weekday_and_hour) {
    const auto file = parse(R"(
batch-size = 7

[[schedule]]
days = ["mon", "tue", "wed", "thu", "fri"]
from = "08:00"
to = "20:00"
rate = ["20/s", "1000/5m"]

[[schedule]]
from = "22:00"
to = "06:00"
rate = "off"
)");
    EXPECT_THAT(file.faults, IsEmpty());
    EXPECT_EQ(file.entries.size(), 1U);
    EXPECT_EQ(file.schedule_place, "c.toml:4:1");
    const dispatch::pace usual{{{99, 1s}}};
    const auto limits = [&](unsigned weekday, std::chrono::minutes minute) {
        return file.schedule.in_force(usual, {weekday, minute}).value_or(dispatch::pace{{}}).limits;
    };
    EXPECT_EQ(limits(0, 8h), (std::vector<rate_limit>{{20, 1s}, {1'000, 5min}}));
    EXPECT_EQ(limits(4, 19h + 59min), (std::vector<rate_limit>{{20, 1s}, {1'000, 5min}}));
    EXPECT_EQ(limits(5, 12h), usual.limits);
    EXPECT_THAT(limits(5, 23h), IsEmpty());
    EXPECT_THAT(limits(6, 5h), IsEmpty());
    EXPECT_EQ(limits(6, 6h), usual.limits);
}

TEST(schedule_file, takes_rates_as_the_flag_does) {
    EXPECT_EQ(at_noon("rate = \"5/s\"\n")->limits, (std::vector<rate_limit>{{5, 1s}}));
    EXPECT_EQ(at_noon("rate = [\"5/s\", \"7/d\"]\n")->limits,
              (std::vector<rate_limit>{{5, 1s}, {7, 24h, true}}));
    EXPECT_TRUE(at_noon("rate = [\"auto\", \"5/s\"]\n")->finds_limit);
    EXPECT_TRUE(at_noon("rate = \"unlimited\"\n")->is_unlimited());
    EXPECT_FALSE(at_noon("rate = \"off\"\nfrom = \"12:00\"\nto = \"24:00\"\n"));
    EXPECT_EQ(at_noon("rate = \"5/s\"\ndays = \"tue\"\n")->limits, (std::vector<rate_limit>{{99, 1s}}));
    EXPECT_TRUE(parse("").schedule.is_empty());
    EXPECT_EQ(parse("").schedule_place, "");
}

TEST(schedule_file, shows_every_fault_with_its_place) {
    const auto file = parse(R"([[schedule]]
day = ["mon"]
rate = "5/s"
[[schedule]]
days = ["mon", "tues", 3]
from = "8:00"
to = 20
rate = ["5/s", "6/1s", "off"]
[[schedule]]
from = "24:00"
[[schedule]]
days = []
rate = []
[[schedule]]
from = "08:00"
to = "08:00"
rate = ["off", "off"]
zebra = 1
)");
    EXPECT_THAT(
        file.faults,
        ElementsAre("c.toml:2:1: schedule: unknown key 'day'; did you mean 'days'?",
                    "c.toml:5:16: schedule: days: 'tues': expected mon, tue, wed, thu, fri, sat, sun",
                    "c.toml:5:24: schedule: days: expected text in quotes",
                    "c.toml:6:8: schedule: from: expected a local time of day in quotes, such as \"08:00\"",
                    "c.toml:7:6: schedule: to: expected a local time of day in quotes, such as \"08:00\"",
                    "c.toml:8:16: schedule: rate: '6/1s': 5/s is there already, and 6/s is about the same "
                    "window: keep one of "
                    "them",
                    "c.toml:8:24: schedule: rate: 'off': off stands alone",
                    "c.toml:9:1: schedule: rate is missing: one as --rate takes it, or \"off\"",
                    "c.toml:10:8: schedule: from: expected a local time of day in quotes, such as \"08:00\"",
                    "c.toml:12:8: schedule: days: none is named; leave the key out for every day",
                    "c.toml:17:16: schedule: rate: 'off': off stands alone",
                    "c.toml:18:1: schedule: unknown key 'zebra'"));
}

TEST(schedule_file, refuses_what_makes_no_sense_as_a_whole) {
    const auto fault_of = [](std::string_view text) {
        const auto faults = parse(text).faults;
        return faults.size() == 1 ? faults[0] : std::to_string(faults.size()) + " faults";
    };
    EXPECT_EQ(fault_of("[[schedule]]\nrate = \"5/s\"\nfrom = \"08:00\"\nto = \"08:00\"\n"),
              "c.toml:1:1: schedule: from and to are the same: leave both out for the whole day");
    EXPECT_EQ(fault_of("[[schedule]]\nrate = []\n"),
              "c.toml:2:8: schedule: rate: none is named; \"unlimited\" is no limit, \"off\" sends nothing");
    EXPECT_EQ(fault_of("[[schedule]]\nrate = \"5/s\"\n[[schedule]]\nrate = \"off\"\ndays = [\"sun\"]\n"),
              "c.toml:3:1: schedule: this entry never holds, since those before it take its place: the first "
              "that fits "
              "decides");
    EXPECT_EQ(fault_of("[[schedule]]\nrate = \"off\"\n"),
              "c.toml:1:1: schedule: nothing is ever sent: every minute of the week is off");
    for (const auto* text : {"schedule = \"off\"\n", "schedule = [1]\n", "[schedule]\nrate = \"off\"\n"}) {
        EXPECT_THAT(fault_of(text), testing::HasSubstr("schedule: expected tables: [[schedule]]"));
    }
    EXPECT_EQ(fault_of("[[shedule]]\nrate = \"5/s\"\n"),
              "c.toml:1:3: unknown key 'shedule'; did you mean 'schedule'?");
}

}  // namespace
}  // namespace cardresolver::app
