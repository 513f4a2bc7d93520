#include "card/short_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cardresolver::card {
namespace {

TEST(copy_text, copies_every_length_and_no_byte_more) {
    for (std::size_t size = 0; size < 80; ++size) {
        // In blocks of their own, so that a sanitizer sees what is read or written beyond.
        std::vector<char> from(size);
        for (std::size_t i = 0; i < size; ++i)
            from[i] = static_cast<char>('!' + i);
        std::vector<char> to(size, ' ');
        EXPECT_EQ(copy_text(to.data(), {from.data(), size}), to.data() + size);
        EXPECT_EQ(to, from);
    }
}

TEST(same_text, sees_every_difference) {
    for (std::size_t size = 0; size < 80; ++size) {
        const std::vector<char> one(size, 'x');
        std::vector<char> other = one;
        const std::string_view text(one.data(), size);
        EXPECT_TRUE(same_text(text, {other.data(), size}));
        for (std::size_t at = 0; at < size; ++at) {
            other[at] = 'y';
            EXPECT_FALSE(same_text(text, {other.data(), size})) << at << " of " << size;
            other[at] = 'x';
        }
        if (size > 0) {
            EXPECT_FALSE(same_text(text, text.substr(1)));
        }
    }
}

}  // namespace
}  // namespace cardresolver::card
