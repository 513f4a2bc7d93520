#include "carrier/retry_after.hpp"

#include <gtest/gtest.h>

namespace cardresolver::carrier {
namespace {

using namespace std::chrono_literals;
using namespace std::chrono;

constexpr sys_seconds now = sys_days(year(1994) / 11 / 6) + 8h + 49min + 30s;

TEST(retry_after, RL1_takes_seconds_and_every_form_of_date) {
    EXPECT_EQ(parse_retry_after("0", now), 0s);
    EXPECT_EQ(parse_retry_after("5", now), 5s);
    EXPECT_EQ(parse_retry_after("86400", now), 24h);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), 7s);
    EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", now), 7s);
    EXPECT_EQ(parse_retry_after("Sun Nov  6 08:49:37 1994", now), 7s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), 0s) << "a date in the past";
}

TEST(retry_after, RL1_survives_huge_numbers_and_takes_garbage_for_a_second) {
    EXPECT_GT(parse_retry_after("99999999999999999999999", now), 1h);
    EXPECT_GT(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now), 1h);
    EXPECT_FALSE(parse_retry_after("", now)) << "no such field";
    for (const char* garbage :
         {"-1", "1.5", "soon", "1e9", " 5", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMTx", "5\r\n"}) {
        EXPECT_EQ(parse_retry_after(garbage, now), 1s) << garbage;
    }
}

}  // namespace
}  // namespace cardresolver::carrier
