#include "sink/plain_copy.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cardresolver::sink {
namespace {

/// In blocks of their own, so that a sanitizer sees what is read or written beyond.
template <class Copy, class How>
bool copies(const std::string& text, const std::string& expected, How how) {
    const std::vector<char> from(text.begin(), text.end());
    std::vector<char> to(expected.size(), ' ');
    Copy copy;
    const char* const end = how(copy, to.data(), std::string_view(from.data(), from.size()));
    if (!copy.is_plain()) return false;
    EXPECT_EQ(end, to.data() + to.size());
    EXPECT_EQ(std::string(to.begin(), to.end()), expected);
    return true;
}

/// In each way: all say the same.
template <class Copy>
bool copies(const std::string& text) {
    const auto one = [](Copy& copy, char* to, std::string_view from) { return copy(to, from); };
    const auto short_one = [](Copy& copy, char* to, std::string_view from) {
        return copy.short_one(to, from);
    };
    const auto two = [](Copy& copy, char* to, std::string_view from) {
        return copy.twice(to, from, [](char* between) {
            *between = ',';
            return between + 1;
        });
    };
    const bool does = copies<Copy>(text, text, one);
    EXPECT_EQ(copies<Copy>(text, text, short_one), does) << text;
    EXPECT_EQ(copies<Copy>(text, text + ',' + text, two), does) << text;
    return does;
}

template <class Copy>
class plain_copy_test : public testing::Test {};
#if defined(__SSE2__)
using copies_of_numbers = testing::Types<plain_copy_by_words, plain_copy_by_vectors>;
#else
using copies_of_numbers = testing::Types<plain_copy_by_words>;
#endif
TYPED_TEST_SUITE(plain_copy_test, copies_of_numbers);

TYPED_TEST(plain_copy_test, copies_numbers_and_nothing_else_by_length) {
    for (std::size_t size = 0; size < 100; ++size) {
        const bool is_number = size == 0 || (size >= shortest_number && size <= longest_number);
        EXPECT_EQ(copies<TypeParam>(std::string(size, '7')), is_number) << size;
    }
}

TYPED_TEST(plain_copy_test, sees_every_byte_wherever_it_stands) {
    for (std::size_t size = shortest_number; size <= longest_number; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            for (unsigned value = 0; value < 256; ++value) {
                std::string text(size, '5');
                text[at] = static_cast<char>(value);
                ASSERT_EQ(copies<TypeParam>(text), value >= '0' && value <= 'Z') << value << " at " << at;
            }
        }
    }
}

TYPED_TEST(plain_copy_test, forgets_no_strange_text) {
    for (const std::string strange : {"1234567,", "123456789012345678\"", "12345678901234\n", "7"}) {
        for (int before = 0; before < 3; ++before) {
            std::vector<char> to(200);
            TypeParam copy;
            char* end = to.data();
            for (int i = 0; i < before; ++i)
                end = copy(end, "89860012345678901234");
            EXPECT_TRUE(copy.is_plain());
            end = copy(end, strange);
            end = copy(end, "460041234567890");
            end = copy(end, "");
            copy(end, "89860012345678901234");
            EXPECT_FALSE(copy.is_plain()) << strange;
        }
    }
}

}  // namespace
}  // namespace cardresolver::sink
