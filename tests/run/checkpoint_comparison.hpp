// Two checkpoints, member by member.
#pragma once

#include "run/checkpoint.hpp"

#include <gtest/gtest.h>

namespace cardresolver::run {

inline void expect_same(const checkpoint& a, const checkpoint& b) {
    EXPECT_EQ(a.run_id, b.run_id);
    EXPECT_EQ(a.settings, b.settings);
    EXPECT_EQ(a.input, b.input);
    EXPECT_EQ(a.position, b.position);
    EXPECT_EQ(a.consumed, b.consumed);
    EXPECT_EQ(a.newest_line, b.newest_line);
    EXPECT_EQ(a.open, b.open);
    EXPECT_EQ(a.rows, b.rows);
    EXPECT_EQ(a.failures, b.failures);
    EXPECT_EQ(a.is_complete, b.is_complete);
    EXPECT_EQ(a.history, b.history);
}

}  // namespace cardresolver::run
