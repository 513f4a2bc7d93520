#include "run/kept_texts.hpp"

#include <gtest/gtest.h>

namespace cardresolver::run {
namespace {

TEST(kept_texts, gives_each_text_once_in_any_order) {
    kept_texts texts;
    texts.put(1, "one");
    texts.put(7, "");
    texts.put(3, "three");
    EXPECT_EQ(texts.take(3), "three");
    EXPECT_EQ(texts.take(1), "one");
    EXPECT_EQ(texts.take(7), "");
    texts.put(1, "again");
    EXPECT_EQ(texts.take(1), "again");
}

TEST(kept_texts, says_when_they_are_enough) {
    kept_texts texts(10);
    texts.put(1, "123456789");
    EXPECT_FALSE(texts.is_full());
    texts.put(2, "1");
    EXPECT_TRUE(texts.is_full());
    texts.put(3, "a text that was read already finds room");
    texts.take(1);
    EXPECT_TRUE(texts.is_full());
    texts.take(3);
    EXPECT_FALSE(texts.is_full());
}

TEST(kept_texts_death_test, never_mixes_up_lines) {
    kept_texts texts;
    texts.put(1, "x");
    EXPECT_DEATH(texts.put(1, "y"), "");
    EXPECT_DEATH(texts.take(2), "");
}

}  // namespace
}  // namespace cardresolver::run
