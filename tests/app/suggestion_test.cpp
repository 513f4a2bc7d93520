#include "app/options/suggestion.hpp"

#include <gtest/gtest.h>

#include <array>

namespace cardresolver::app {
namespace {

constexpr std::array<std::string_view, 5> known{"batch-size", "rate", "attempts", "appid", "connect-timeout"};

TEST(edit_distance, counts_letters) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("rate", "rates"), 1U);
    EXPECT_EQ(edit_distance("rtae", "rate"), 1U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(suggestion, finds_what_was_meant) {
    EXPECT_EQ(find_similar("batchsize", known), "batch-size");
    EXPECT_EQ(find_similar("batch_size", known), "batch-size");
    EXPECT_EQ(find_similar("attempt", known), "attempts");
    EXPECT_EQ(find_similar("conn", known), "connect-timeout");
    EXPECT_EQ(suggest("rtae", known, "--"), "; did you mean '--rate'?");
}

TEST(suggestion, is_silent_where_nothing_is_close) {
    EXPECT_EQ(find_similar("verbose", known), std::nullopt);
    EXPECT_EQ(find_similar("", known), std::nullopt);
    EXPECT_EQ(find_similar(std::string(1000, 'a'), known), std::nullopt);
    EXPECT_EQ(suggest("zzz", known), "");
}

}  // namespace
}  // namespace cardresolver::app
