#include "card/byte_word.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace cardresolver::card {
namespace {

TEST(bytes_between, goes_by_each_byte_alone) {
    constexpr char first = '0';
    constexpr char last = '9';
    for (unsigned one = 0; one < 0x80; ++one) {
        for (const unsigned others : {0x00U, 0x2FU, 0x30U, 0x39U, 0x3AU, 0x7FU}) {
            for (std::size_t at = 0; at < sizeof(std::uint64_t); ++at) {
                std::string text(sizeof(std::uint64_t), static_cast<char>(others));
                text[at] = static_cast<char>(one);
                std::string expected(text.size(), '\0');
                for (std::size_t i = 0; i < text.size(); ++i)
                    expected[i] = text[i] >= first && text[i] <= last ? '\x80' : '\0';
                ASSERT_EQ(bytes_between(word_at(text.data()), first, last), word_at(expected.data()))
                    << one << " among " << others << " at " << at;
            }
        }
    }
}

TEST(bytes_between, takes_a_range_of_any_ascii) {
    const auto word = word_at("\x00\x01\x1F\x20\x7E\x7F\x40\x41");
    EXPECT_EQ(bytes_between(word, '\0', '\x7F'), every_byte);
    EXPECT_EQ(bytes_between(word, ' ', '~'), word_at("\x00\x00\x00\x80\x80\x00\x80\x80"));
    EXPECT_EQ(bytes_between(word, 'A', 'A'), word_at("\x00\x00\x00\x00\x00\x00\x00\x80"));
}

/// The words of a text overlap, and short texts fill none: every length and every place of the odd one out.
TEST(has_digits_alone, agrees_with_looking_at_one_byte_after_the_other) {
    for (std::size_t length = 0; length <= 40; ++length) {
        EXPECT_TRUE(has_digits_alone(std::string(length, '7'))) << length;
        for (std::size_t at = 0; at < length; ++at) {
            for (unsigned value = 0; value < 256; ++value) {
                std::string text(length, '7');
                text[at] = static_cast<char>(value);
                ASSERT_EQ(has_digits_alone(text), value >= '0' && value <= '9')
                    << value << " at " << at << " of " << length;
            }
        }
    }
}

TEST(has_digits_alone, agrees_likewise_for_any_texts) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 200'000; ++round) {
        std::string text(random() % 24, '\0');
        for (char& c : text)
            c = random() % 16 == 0 ? static_cast<char>(random() % 256) : "0123456789"[random() % 10];
        const auto expected =
            std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
        ASSERT_EQ(has_digits_alone(text), expected) << text;
    }
}

}  // namespace
}  // namespace cardresolver::card
