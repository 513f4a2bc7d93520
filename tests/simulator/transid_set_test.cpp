#include "simulator/transid_set.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cardresolver::simulator {
namespace {

TEST(transid_set, tells_new_from_old_while_it_grows) {
    transid_set seen;
    constexpr int many = 20'000;
    for (int i = 0; i < many; ++i) {
        ASSERT_TRUE(seen.insert("10000120261123224500" + std::to_string(i)));
    }
    for (int i = 0; i < many; ++i) {
        ASSERT_FALSE(seen.insert("10000120261123224500" + std::to_string(i)));
    }
    EXPECT_TRUE(seen.insert(""));
    EXPECT_FALSE(seen.insert(""));
}

}  // namespace
}  // namespace cardresolver::simulator
