#include "ledger/ledger_clock.hpp"

#include "ledger/memory_ledger.hpp"

#include <gtest/gtest.h>

#include <ctime>

namespace cardresolver::ledger {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;

constexpr system_clock::time_point noon{std::chrono::seconds(1'790'000'000)};

TEST(ledger_clock, PR6_within_a_boot_the_wall_clock_does_not_matter) {
    EXPECT_EQ(elapsed({"a", 10s, noon}, {"a", 12s, noon + 24h}), 2s);
    EXPECT_EQ(elapsed({"a", 10s, noon}, {"a", 12s, noon - 24h}), 2s);
}

TEST(ledger_clock, PR6_after_a_reboot_the_wall_clock_is_all_there_is) {
    EXPECT_EQ(elapsed({"a", 10h, noon}, {"b", 12s, noon + 90s}), 90s);
    EXPECT_EQ(elapsed({"a", 10h, noon}, {"b", 12s, noon - 1h}), 0s) << "time does not go back";
}

TEST(ledger_clock, PR7_goes_by_the_clock_that_counts_sleep) {
    const auto show = [](clockid_t id) {
        timespec time{};
        ::clock_gettime(id, &time);
        return dispatch::duration(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
    };
    const auto before = show(CLOCK_BOOTTIME);
    const auto reading = read_clocks();
    const auto after = show(CLOCK_BOOTTIME);
    EXPECT_LE(before, reading.since_boot);
    EXPECT_LE(reading.since_boot, after);
    EXPECT_GT(reading.boot.size(), 36U) << "the boot id, and the time namespace";
    EXPECT_EQ(read_clocks().boot, reading.boot);
}

TEST(ledger_clock, PR7_knows_how_long_the_machine_slept) {
    EXPECT_EQ(slept({"a", 10s, noon, 1s}, {"a", 100s, noon, 31s}), 30s);
    EXPECT_EQ(slept({"a", 10s, noon, 9s}, {"b", 100s, noon, 31s}), 0s) << "another boot";
    EXPECT_GE(read_clocks().slept, 0s);
    EXPECT_EQ(slept_since_boot(5s, dispatch::time_point(3s)), 2s);
    EXPECT_EQ(slept_since_boot(3s, dispatch::time_point(5s)), 0s) << "the second clock was read later";
}

TEST(memory_ledger, PR7_a_lease_ends_over_a_sleep) {
    clock_reading now{"a", 10s, noon};
    memory_ledger ledger(1, [&now] { return now; });
    dispatch::quota::request asked;
    asked.process = 1;
    EXPECT_EQ(ledger.exchange(asked).shares.at(0), 10U);
    now.since_boot += 1h;
    asked.process = 2;
    const auto given = ledger.exchange(asked);
    EXPECT_EQ(given.shares.at(0), 10U);
    EXPECT_EQ(given.busy_processes, 1U);
}

}  // namespace
}  // namespace cardresolver::ledger
