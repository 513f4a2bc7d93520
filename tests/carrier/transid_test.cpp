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

TEST(transid_sequence, prints_the_documents_shape) {
    transid_sequence sequence("100001", 1);
    // 2014-10-16 07:53:03 in UTC is 15:53:03 in UTC+8: the sample of the carrier's document.
    EXPECT_EQ(sequence.next(at(2014, 10, 16, 7h + 53min + 3s)).view(), "1000012014101615530300000001");
    EXPECT_EQ(sequence.next(at(2014, 10, 16, 7h + 53min + 3s)).view(), "1000012014101615530300000002");
}

TEST(transid_sequence, uses_the_carriers_day_whatever_the_hosts_time_zone) {
    transid_sequence sequence("A", 0);
    EXPECT_EQ(sequence.next(at(2024, 2, 28, 16h)).view(), "A2024022900000000000000");
    EXPECT_EQ(sequence.next(at(2024, 12, 31, 15h + 59min + 59s)).view(), "A2024123123595900000001");
    EXPECT_EQ(sequence.next(at(2024, 12, 31, 16h)).view(), "A2025010100000000000002");
}

TEST(transid_sequence, AP13_never_repeats_when_the_clock_steps_back) {
    transid_sequence sequence("100001", 99'999'990);
    std::set<std::string> seen;
    const auto noon = at(2026, 1, 2, 12h);
    for (int i = 0; i < 1000; ++i) {
        const auto wobble = seconds((i * 7919) % 86'400 - 43'200);  // half a day either way
        EXPECT_TRUE(seen.emplace(sequence.next(noon + wobble).view()).second) << i;
    }
    EXPECT_GT(sequence.lag_behind(noon - 12h), 12h);
    EXPECT_EQ(sequence.lag_behind(noon + 24h), 0s);
}

TEST(transid_sequence, PR6_survives_clocks_of_1970_and_beyond_9999) {
    transid_sequence sequence("1", 5);
    EXPECT_EQ(sequence.next(system_clock::time_point(-1h)).view(), "11970010108000000000005");
    EXPECT_EQ(sequence.next(system_clock::time_point(0s)).view(), "11970010108000000000006");
    EXPECT_EQ(sequence.next(system_clock::time_point::max()).view().size(), 1U + 14 + 8);
}

TEST(transid_sequence, fits_48_characters_with_the_longest_appid) {
    const std::string appid(26, '9');
    transid_sequence sequence(appid, 0);
    EXPECT_EQ(sequence.next(at(2026, 1, 1, 0s)).view().size(), transid::max_length);
}

}  // namespace
}  // namespace cardresolver::carrier
