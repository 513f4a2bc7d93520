#include "run/plan/sending_time.hpp"

#include "support/zone.hpp"

#include <gtest/gtest.h>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;
using dispatch::rate_limit;
using dispatch::schedule;
using dispatch::schedule_entry;
using std::chrono::minutes;
using std::chrono::system_clock;

constexpr std::array<bool, 7> every_day{true, true, true, true, true, true, true};
constexpr std::array<bool, 7> monday{true};

/// Where Saturday, 2026-01-31, begins in UTC.
const system_clock::time_point midnight(20'484 * 24h);

dispatch::local_time utc_clock(system_clock::time_point at) noexcept {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    return {static_cast<unsigned>((day.time_since_epoch().count() + 3) % 7),
            std::chrono::floor<minutes>(at - day)};
}

double time_for(std::uint64_t requests, std::vector<rate_limit> limits,
                std::vector<schedule_entry> entries = {}, system_clock::time_point starts = midnight,
                minutes day_starts = 8h) {
    sending_plan plan{{std::move(limits)}, schedule(std::move(entries)), starts, utc_clock};
    plan.pace.day_starts = day_starts;
    return sending_time(requests, plan).count();
}

constexpr double hour = 3'600;
constexpr double day = 24 * hour;

TEST(sending_time, takes_the_slowest_sliding_limit) {
    EXPECT_DOUBLE_EQ(time_for(1'000, {{50, 1s}, {600, 5min}}), 500);
    EXPECT_DOUBLE_EQ(time_for(0, {{50, 1s}}), 0);
    EXPECT_DOUBLE_EQ(time_for(1'000, {}), 0);
    EXPECT_DOUBLE_EQ(time_for(1'000'000'000'000, {{1, 1s}}), 1e12);
}

TEST(sending_time, waits_for_the_carrier_s_next_day) {
    const rate_limit quota{500, 24h, true};
    EXPECT_DOUBLE_EQ(time_for(500, {quota}), 0);
    EXPECT_DOUBLE_EQ(time_for(501, {quota}), day) << "the day is UTC's where it starts at 08:00 in UTC+8";
    EXPECT_DOUBLE_EQ(time_for(501, {quota}, {}, midnight + 23h), hour);
    EXPECT_DOUBLE_EQ(time_for(501, {quota}, {}, midnight, 0h), 16 * hour) << "00:00 in UTC+8 is 16:00";
    EXPECT_DOUBLE_EQ(time_for(501, {quota}, {}, midnight, 23h + 59min), 15 * hour + 59 * 60);
    EXPECT_DOUBLE_EQ(time_for(1'200, {quota, {1, 1s}}), 2 * day + 200);
    EXPECT_DOUBLE_EQ(time_for(1'000, {{100'000, 24h, true}, {10, 1s}}), 100) << "a quota that suffices";
}

TEST(sending_time, goes_by_the_schedule) {
    const schedule_entry off{every_day, 0h, 6h, true, {}, false};
    const schedule_entry slow{every_day, 6h, 7h, false, {{1, 10s}}, false};
    EXPECT_DOUBLE_EQ(time_for(100, {{1, 1s}}, {off}), 6 * hour + 100);
    EXPECT_DOUBLE_EQ(time_for(100, {}, {off}), 6 * hour);
    EXPECT_DOUBLE_EQ(time_for(360 + 50, {{1, 1s}}, {off, slow}), 7 * hour + 50);
    EXPECT_DOUBLE_EQ(time_for(60, {{1, 1s}}, {off}, midnight + 6h + 30s), 60);
    EXPECT_DOUBLE_EQ(time_for(60 + 5, {{1, 1s}}, {off}, midnight + 23h + 59min), 60 + 6 * hour + 5);
    EXPECT_DOUBLE_EQ(
        time_for(10, {{1, 1s}},
                 {{monday, 0h, 24h, false, {{2, 1s}}, false}, {every_day, 0h, 24h, true, {}, false}}),
        2 * day + 5)
        << "Mondays alone";
    EXPECT_DOUBLE_EQ(time_for(700, {{500, 24h, true}}, {off}), day + 6 * hour) << "the day's quota stays";
}

TEST(sending_time, honours_a_change_of_the_clocks) {
    const support::zone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
    const system_clock::time_point autumn(1'792'882'800s);  // 2026-10-24T23:00:00Z, 01:00 on the local clock
    const sending_plan plan{{{{1, 1s}}}, schedule({{every_day, 0h, 3h, true, {}, false}}), autumn};
    EXPECT_DOUBLE_EQ(sending_time(10, plan).count(), 3 * hour + 10) << "the hour from 02:00 comes twice";
}

TEST(sending_time, is_told_of_decades_as_well) {
    const schedule_entry slow{every_day, 0h, 12h, true, {}, false};
    const double time = time_for(100 * 365 * 12, {{1, 1h}}, {slow});
    EXPECT_NEAR(time, 100 * 365 * day, day);
}

}  // namespace
}  // namespace cardresolver::run
