#include "dispatch/schedule.hpp"

#include <gtest/gtest.h>

namespace cardresolver::dispatch {
namespace {

using namespace std::chrono_literals;
using std::chrono::minutes;

constexpr std::array<bool, 7> weekdays{true, true, true, true, true, false, false};
constexpr std::array<bool, 7> weekend{false, false, false, false, false, true, true};
constexpr std::array<bool, 7> friday{false, false, false, false, true, false, false};
constexpr std::array<bool, 7> sunday{false, false, false, false, false, false, true};
constexpr std::array<bool, 7> every_day{true, true, true, true, true, true, true};
enum weekday : unsigned { mon, tue, wed, thu, fri, sat, sun };

schedule_entry entry(std::array<bool, 7> days, minutes from, minutes to, std::uint64_t per_second) {
    return {days, from, to, false, {{per_second, 1s}}, false};
}

schedule_entry off(std::array<bool, 7> days, minutes from, minutes to) {
    return {days, from, to, true, {}, false};
}

/// Requests a second; 0: nothing is sent.
std::uint64_t rate_at(const schedule& plan, weekday day, minutes minute) {
    const auto pace = plan.in_force({{{99, 1s}}}, {day, minute});
    return pace ? pace->limits.at(0).count : 0;
}

TEST(schedule, holds_from_the_first_minute_up_to_the_last) {
    const schedule plan({entry(weekdays, 8h, 20h, 20), off(weekend, 0h, 24h), entry(every_day, 22h, 6h, 70)});
    struct row {
        weekday day;
        minutes minute;
        std::uint64_t rate;
        std::optional<minutes> change;
    };
    for (const auto& [day, minute, rate, change] : {
             row{mon, 7h + 59min, 99, 1min},
             row{mon, 8h, 20, 12h},
             row{mon, 19h + 59min, 20, 1min},
             row{mon, 20h, 99, 2h},
             row{mon, 21h + 59min, 99, 1min},
             row{mon, 22h, 70, 8h},
             row{tue, 0h, 70, 6h},
             row{tue, 5h + 59min, 70, 1min},
             row{tue, 6h, 99, 2h},
             row{fri, 23h + 59min, 70, 1min},
             row{sat, 0h, 0, 48h},
             row{sat, 23h, 0, 25h},
             row{sun, 23h + 59min, 0, 1min},
             row{mon, 0h, 70, 6h},
         }) {
        EXPECT_EQ(rate_at(plan, day, minute), rate) << day << ' ' << minute.count();
        EXPECT_EQ(plan.next_change({day, minute}), change) << day << ' ' << minute.count();
    }
}

TEST(schedule, passes_midnight_into_the_day_after_the_one_it_names) {
    const schedule plan({entry(friday, 22h, 6h, 1), entry(sunday, 23h, 1h, 2)});
    EXPECT_EQ(rate_at(plan, fri, 5h), 99U) << "it begins on Fridays alone";
    EXPECT_EQ(rate_at(plan, fri, 22h), 1U);
    EXPECT_EQ(rate_at(plan, sat, 5h + 59min), 1U);
    EXPECT_EQ(rate_at(plan, sat, 6h), 99U);
    EXPECT_EQ(rate_at(plan, sat, 22h), 99U);
    EXPECT_EQ(rate_at(plan, sun, 23h), 2U);
    EXPECT_EQ(rate_at(plan, mon, 59min), 2U) << "and into the next week";
    EXPECT_EQ(rate_at(plan, mon, 1h), 99U);
    EXPECT_EQ(plan.next_change({sun, 23h + 30min}), 90min);
}

TEST(schedule, up_to_midnight_is_up_to_the_end_of_the_day) {
    for (const auto to : {minutes(0), minutes(24h)}) {
        const schedule plan({entry(friday, 22h, to, 1)});
        EXPECT_EQ(rate_at(plan, fri, 23h + 59min), 1U);
        EXPECT_EQ(rate_at(plan, sat, 0h), 99U);
    }
}

TEST(schedule, the_first_entry_that_fits_decides) {
    const schedule plan(
        {entry(every_day, 12h, 13h, 1), entry(every_day, 8h, 20h, 2), entry(every_day, 0h, 24h, 3)});
    EXPECT_EQ(rate_at(plan, wed, 7h), 3U);
    EXPECT_EQ(rate_at(plan, wed, 11h + 59min), 2U);
    EXPECT_EQ(rate_at(plan, wed, 12h), 1U);
    EXPECT_EQ(rate_at(plan, wed, 13h), 2U);
    EXPECT_EQ(plan.next_change({wed, 12h}), 1h);
    EXPECT_FALSE(plan.find_idle());
}

TEST(schedule, replaces_sliding_limits_and_keeps_the_day_s) {
    const pace usual{{{50, 1s}, {2'000, 5min}, {1'000'000, 24h, true}}, true, pacing_kind::smooth, 7ms, 8h};
    const auto in_force = [&](std::vector<rate_limit> limits, bool finds_limit) {
        const schedule plan({{every_day, 0h, 24h, false, std::move(limits), finds_limit}});
        return *plan.in_force(usual, {wed, 5h});
    };
    const auto kept = in_force({{20, 1s}}, false);
    EXPECT_EQ(kept.limits, (std::vector<rate_limit>{{20, 1s}, {1'000'000, 24h, true}}));
    EXPECT_FALSE(kept.finds_limit);
    EXPECT_EQ(kept.pacing, pacing_kind::smooth);
    EXPECT_EQ(kept.min_rtt, 7ms);
    EXPECT_EQ(kept.day_starts, 8h);
    const auto replaced = in_force({{20, 1s}, {5'000, 24h, true}}, true);
    EXPECT_EQ(replaced.limits, (std::vector<rate_limit>{{20, 1s}, {5'000, 24h, true}}));
    EXPECT_TRUE(replaced.finds_limit);
    EXPECT_EQ(in_force({}, false).limits, (std::vector<rate_limit>{{1'000'000, 24h, true}})) << "unlimited";
}

TEST(schedule, without_entries_changes_nothing) {
    const schedule none;
    EXPECT_TRUE(none.is_empty());
    EXPECT_EQ(rate_at(none, mon, 0h), 99U);
    EXPECT_FALSE(none.next_change({mon, 0h}));
    EXPECT_FALSE(none.find_idle());
    EXPECT_FALSE(none.is_always_off());
    const schedule always({entry(every_day, 0h, 24h, 5)});
    EXPECT_EQ(rate_at(always, sun, 23h + 59min), 5U);
    EXPECT_FALSE(always.next_change({mon, 0h})) << "nor does one that always holds";
}

TEST(schedule, finds_entries_that_never_decide) {
    const auto idle = [](std::vector<schedule_entry> entries) {
        return schedule(std::move(entries)).find_idle();
    };
    EXPECT_EQ(idle({entry({}, 0h, 24h, 1)}), 0U) << "no day";
    EXPECT_EQ(idle({entry(every_day, 8h, 20h, 1), entry(friday, 9h, 20h, 2)}), 1U);
    EXPECT_EQ(idle({entry(every_day, 8h, 20h, 1), entry(friday, 9h, 20h + 1min, 2)}), std::nullopt);
    EXPECT_EQ(idle({entry(weekdays, 0h, 24h, 1), entry(weekend, 0h, 24h, 2), entry(friday, 22h, 6h, 3)}), 2U);
}

TEST(schedule, notices_where_nothing_is_ever_sent) {
    EXPECT_TRUE(schedule({off(weekdays, 0h, 24h), off(weekend, 0h, 24h)}).is_always_off());
    EXPECT_FALSE(schedule({off(every_day, 0h, 23h + 59min)}).is_always_off());
    EXPECT_FALSE(schedule({entry(friday, 9h, 9h + 1min, 1), off(every_day, 0h, 24h)}).is_always_off());
}

}  // namespace
}  // namespace cardresolver::dispatch
