#include "simulator/parameters.hpp"

#include <gtest/gtest.h>

namespace cardresolver::simulator {
namespace {

TEST(parameters, keep_their_order_and_every_repetition) {
    parameters given;
    given.read("a=1&b=2&a=3&&c&=5");
    given.read("d=4");
    ASSERT_EQ(given.entries().size(), 6U);
    EXPECT_EQ(given.entries()[0].value, "1");
    EXPECT_EQ(given.entries()[2].name, "a");
    EXPECT_EQ(given.entries()[3].name, "c");
    EXPECT_EQ(given.entries()[3].value, "");
    EXPECT_EQ(given.entries()[4].name, "");
    EXPECT_EQ(given.entries()[5].name, "d");
    given.clear();
    EXPECT_TRUE(given.entries().empty());
}

TEST(parameters, decode_escapes_and_plus_signs) {
    parameters given;
    given.read("i%63cids=A%5FB+C&x=%e6%AD%A3");
    EXPECT_EQ(given.entries()[0].name, "iccids");
    EXPECT_EQ(given.entries()[0].value, "A_B C");
    EXPECT_EQ(given.entries()[1].value, "正");
    EXPECT_FALSE(given.has_broken_escape());
}

TEST(parameters, say_where_an_escape_is_broken) {
    for (const auto* const text : {"a=%", "a=%4", "a=%4x", "%zz=1"}) {
        parameters given;
        given.read(text);
        EXPECT_TRUE(given.has_broken_escape()) << text;
        EXPECT_EQ(given.entries().size(), 1U);
        given.clear();
        EXPECT_FALSE(given.has_broken_escape());
    }
}

}  // namespace
}  // namespace cardresolver::simulator
