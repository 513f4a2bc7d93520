#include "run/local_clock.hpp"

#include "support/zone.hpp"

#include <gtest/gtest.h>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;
using support::zone;

void expect_shown(system_clock::time_point at, unsigned weekday, std::chrono::minutes minute) {
    const auto shown = local_time_of(at);
    EXPECT_EQ(shown.weekday, weekday);
    EXPECT_EQ(shown.minute, minute);
}

TEST(local_clock, shows_weekday_and_minute_of_the_zone) {
    const zone china("CST-8");
    expect_shown(system_clock::time_point(0s), 3, 8h);                      // Thursday
    expect_shown(system_clock::time_point(1'769'810'399s), 5, 5h + 59min);  // Saturday, 2026-01-31
    expect_shown(system_clock::time_point(1'769'810'399s + 999ms), 5, 5h + 59min);
    expect_shown(system_clock::time_point(1'769'810'400s), 5, 6h);
    expect_shown(system_clock::time_point(1'769'810'400s + 24h), 6, 6h);  // Sunday
    expect_shown(system_clock::time_point(-1ms), 3, 7h + 59min);
}

TEST(local_clock, knows_when_clocks_are_changed) {
    const zone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
    const system_clock::time_point spring(1'774'746'000s);  // 2026-03-29T01:00:00Z
    expect_shown(spring - 1s, 6, 1h + 59min);
    expect_shown(spring, 6, 3h);
    const system_clock::time_point autumn(1'792'890'000s);  // 2026-10-25T01:00:00Z
    expect_shown(autumn - 1s, 6, 2h + 59min);
    expect_shown(autumn, 6, 2h);
}

}  // namespace
}  // namespace cardresolver::run
