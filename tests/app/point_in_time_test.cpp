#include "app/options/point_in_time.hpp"

#include "support/zone.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace cardresolver::app {
namespace {

using namespace std::chrono;
using support::zone;

system_clock::time_point utc(int y, unsigned m, unsigned d, int h = 0, int min = 0, int s = 0) {
    return sys_days(year(y) / month(m) / day(d)) + hours(h) + minutes(min) + seconds(s);
}

TEST(point_in_time, reads_rfc_3339) {
    const std::vector<std::pair<std::string_view, system_clock::time_point>> cases{
        {"2026-01-31T06:00:00Z", utc(2026, 1, 31, 6)},
        {"2026-01-31t06:00:00z", utc(2026, 1, 31, 6)},
        {"2026-01-31 06:00:00Z", utc(2026, 1, 31, 6)},
        {"2026-01-31T06:00:00+08:00", utc(2026, 1, 30, 22)},
        {"2026-01-31T06:00:00-05:30", utc(2026, 1, 31, 11, 30)},
        {"2026-01-31T06:00:00.25Z", utc(2026, 1, 31, 6) + 250ms},
        {"2026-01-31T06:00:00.123456789123Z", utc(2026, 1, 31, 6) + 123'456'789ns},
        {"2024-02-29T23:59:60Z", utc(2024, 3, 1)},
        {"1970-01-01T00:00:00-00:00", utc(1970, 1, 1)},
    };
    for (const auto& [text, expected] : cases) {
        const auto read = parse_point_in_time(text);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(moment_of(*read, utc(2000, 1, 1)), expected) << text;
    }
}

TEST(point_in_time, refuses_everything_else) {
    for (const std::string_view text : {"",
                                        "6:00",
                                        "06:0",
                                        "24:00",
                                        "06:60",
                                        "06:00:00",
                                        "0600",
                                        "06-00",
                                        " 06:00",
                                        "06:00 ",
                                        "tomorrow",
                                        "2026-01-31",
                                        "2026-01-31T06:00:00",
                                        "2026-01-31T06:00Z",
                                        "2026-02-29T06:00:00Z",
                                        "2026-13-01T06:00:00Z",
                                        "2026-00-01T06:00:00Z",
                                        "2026-01-32T06:00:00Z",
                                        "2026-01-31T24:00:00Z",
                                        "2026-01-31T06:00:61Z",
                                        "2026-01-31T06:00:00.Z",
                                        "2026-01-31T06:00:00+8:00",
                                        "2026-01-31T06:00:00+24:00",
                                        "2026-01-31T06:00:00+0800",
                                        "2026-01-31T06:00:00Zx",
                                        "26-01-31T06:00:00Z",
                                        "+026-01-31T06:00:00Z",
                                        "2026-1-31T06:00:00Z",
                                        "90",
                                        "1.5h",
                                        "-1h"}) {
        EXPECT_FALSE(parse_point_in_time(text)) << text;
    }
}

TEST(point_in_time, a_duration_counts_from_now) {
    const auto now = utc(2026, 1, 31, 6);
    EXPECT_EQ(moment_of(*parse_point_in_time("90m"), now), now + 90min);
    EXPECT_EQ(moment_of(*parse_point_in_time("250ms"), now), now + 250ms);
}

TEST(point_in_time, a_time_of_day_is_the_next_one_on_the_local_clock) {
    const zone china("CST-8");
    const auto six = *parse_point_in_time("06:00");
    EXPECT_EQ(moment_of(six, utc(2026, 1, 30, 21, 59, 59)), utc(2026, 1, 30, 22));
    EXPECT_EQ(moment_of(six, utc(2026, 1, 30, 22)), utc(2026, 1, 31, 22)) << "now is not the next one";
    EXPECT_EQ(moment_of(six, utc(2026, 1, 30, 23)), utc(2026, 1, 31, 22));
    EXPECT_EQ(moment_of(*parse_point_in_time("00:00"), utc(2025, 12, 31, 15)), utc(2025, 12, 31, 16));
    EXPECT_EQ(moment_of(six, utc(2026, 1, 31, 12)), utc(2026, 1, 31, 22)) << "into the next month";
}

TEST(point_in_time, follows_the_changes_of_the_clock) {
    // Central Europe: on 29 March 2026 the hour from 02:00 to 03:00 does not exist.
    const zone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
    const auto three = *parse_point_in_time("03:30");
    EXPECT_EQ(moment_of(three, utc(2026, 3, 28, 12)), utc(2026, 3, 29, 1, 30));
    const auto missing = moment_of(*parse_point_in_time("02:30"), utc(2026, 3, 28, 12));
    EXPECT_TRUE(missing == utc(2026, 3, 29, 0, 30) || missing == utc(2026, 3, 29, 1, 30));
}

TEST(point_in_time, is_shown_on_the_local_clock) {
    const zone china("CST-8");
    EXPECT_EQ(format_local_time(utc(2026, 1, 30, 22)), "2026-01-31 06:00:00 +0800");
}

}  // namespace
}  // namespace cardresolver::app
