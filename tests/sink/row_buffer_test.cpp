#include "sink/row_buffer.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>

namespace cardresolver::sink {
namespace {

TEST(row_buffer, keeps_what_was_appended) {
    row_buffer buffer;
    std::string expected;
    for (std::size_t size = 0; size < 300; ++size) {
        const std::string more(size, static_cast<char>('a' + size % 26));
        buffer.append(more);
        expected += more;
        ASSERT_EQ(buffer.view(), expected);
        ASSERT_EQ(buffer.size(), expected.size());
    }
    EXPECT_LT(buffer.capacity(), 4 * expected.size());
}

TEST(row_buffer, takes_what_was_written_in_its_room) {
    row_buffer buffer("one,");
    char* const to = buffer.room_for(100);
    EXPECT_GE(buffer.room(), 100U);
    EXPECT_EQ(to, buffer.end());
    std::memset(to, 'x', 100);
    EXPECT_EQ(buffer.view(), "one,") << "it does not count yet";
    buffer.extend_to(to + 3);
    EXPECT_EQ(buffer.view(), "one,xxx");
}

TEST(row_buffer, keeps_its_memory_when_it_is_cleared) {
    row_buffer buffer;
    buffer.reserve(1000);
    const char* const memory = buffer.end();
    buffer.append("a row\n");
    buffer.clear();
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.room_for(1000), memory);
}

TEST(row_buffer, hands_its_memory_over) {
    row_buffer from("a row\n");
    row_buffer to(std::move(from));
    EXPECT_EQ(to.view(), "a row\n");
    from = row_buffer("another\n");
    to = std::move(from);
    EXPECT_EQ(to.view(), "another\n");
    from = row_buffer();
    EXPECT_EQ(from.capacity(), 0U);
}

}  // namespace
}  // namespace cardresolver::sink
