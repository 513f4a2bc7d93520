#include "carrier/transid.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cardresolver::carrier {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::system_clock;

system_clock::time_point at(int year, unsigned month, unsigned day, std::chrono::seconds time) {
    return sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day)) + time;
}

std::int64_t seconds_of(system_clock::time_point time) {
    return std::chrono::floor<seconds>(time.time_since_epoch()).count();
}

TEST(transid_sequence, prints_the_documents_shape) {
    // 2014-10-16 07:53:03 in UTC is 15:53:03 in UTC+8: the sample of the carrier's document.
    const auto now = at(2014, 10, 16, 7h + 53min + 3s);
    transid_sequence sequence("100001");
    sequence.use({seconds_of(now), 1, 2});
    EXPECT_EQ(sequence.next(now)->view(), "1000012014101615530300000001");
    EXPECT_EQ(sequence.next(now)->view(), "1000012014101615530300000002");
}

TEST(transid_sequence, says_when_its_block_is_exhausted) {
    const auto noon = at(2026, 1, 2, 12h);
    transid_sequence sequence("1");
    EXPECT_FALSE(sequence.next(noon));
    sequence.use({seconds_of(noon), 99'999'999, 2});
    EXPECT_EQ(sequence.left(), 2U);
    EXPECT_EQ(sequence.next(noon)->view(), "12026010220000099999999");
    EXPECT_EQ(sequence.next(noon)->view(), "12026010220000000000000");
    EXPECT_EQ(sequence.left(), 0U);
    EXPECT_FALSE(sequence.next(noon));
}

TEST(transid_sequence, PR6_prints_no_second_that_its_block_does_not_allow) {
    const auto noon = at(2026, 1, 2, 12h);
    transid_sequence sequence("1");
    sequence.use({seconds_of(noon), 0, 10});
    EXPECT_EQ(sequence.next(noon - 24h)->view(), "12026010220000000000000");
    EXPECT_EQ(sequence.next(noon + 3s)->view(), "12026010220000300000001");
    EXPECT_EQ(sequence.next(noon)->view(), "12026010220000300000002") << "it never goes back";
    EXPECT_FALSE(sequence.is_outdated(noon + transid_life));
    EXPECT_TRUE(sequence.is_outdated(noon + transid_life + 1s));
    EXPECT_EQ(sequence.next(noon + 24h)->view(), "12026010220001000000003");
    sequence.use({seconds_of(noon) + 1, 50, 1});
    EXPECT_EQ(sequence.next(noon)->view(), "12026010220001000000050") << "nor does it between blocks";
}

TEST(lone_transids, uses_the_carriers_day_whatever_the_hosts_time_zone) {
    lone_transids transids("A", 0);
    EXPECT_EQ(transids.next(at(2024, 2, 28, 16h)).view(), "A2024022900000000000000");
    const auto new_year = at(2024, 12, 31, 16h);
    EXPECT_EQ(transids.next(new_year - 1s).view().substr(0, 15), "A20241231235959");
    EXPECT_EQ(transids.next(new_year).view().substr(0, 15), "A20250101000000");
}

TEST(lone_transids, AP13_never_repeats_when_the_clock_steps_back) {
    lone_transids transids("100001", 99'999'990);
    std::set<std::string> seen;
    const auto noon = at(2026, 1, 2, 12h);
    for (int i = 0; i < 3000; ++i) {
        const auto wobble = seconds((i * 7919) % 86'400 - 43'200);  // half a day either way
        EXPECT_TRUE(seen.emplace(transids.next(noon + wobble).view()).second) << i;
    }
}

TEST(lone_transids, PR6_survives_clocks_of_1970_and_beyond_9999) {
    lone_transids transids("1", 5);
    EXPECT_EQ(transids.next(system_clock::time_point(-1h)).view(), "11970010108000000000005");
    EXPECT_EQ(transids.next(system_clock::time_point(0s)).view(), "11970010108000000000006");
    EXPECT_EQ(transids.next(system_clock::time_point::max()).view().size(), 1U + 14 + 8);
}

TEST(lone_transids, fits_48_characters_with_the_longest_appid) {
    const std::string appid(26, '9');
    lone_transids transids(appid, 0);
    EXPECT_EQ(transids.next(at(2026, 1, 1, 0s)).view().size(), transid::max_length);
}

}  // namespace
}  // namespace cardresolver::carrier
