#include "run/plan/number_key.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace cardresolver::run {
namespace {

using card::card_kind;
using card::card_number;

TEST(number_key, tells_apart_what_differs_in_kind_length_or_one_character) {
    const std::vector<card_number> numbers{
        {card_kind::iccid, "89860000000000000000"},
        {card_kind::iccid, "89860000000000000001"},
        {card_kind::iccid, "8986000000000000000A"},
        {card_kind::iccid, "8986000000000000000Z"},
        {card_kind::iccid, "8986000009A000000000"},
        {card_kind::iccid, "898600000A9000000000"},
        {card_kind::imsi, "460040000000000"},
        {card_kind::imsi, "46004000000000"},
        {card_kind::imsi, "1064826090209"},
        {card_kind::msisdn, "1064826090209"},
        {card_kind::msisdn, "0"},
        {card_kind::msisdn, "00"},
        {card_kind::iccid, "ZZZZZZZZZZZZZZZZZZZZ"},
        {card_kind::iccid, "AZZZZZZZZZZZZZZZZZZZ"},
    };
    std::vector<number_key> keys;
    for (const auto& number : numbers) {
        keys.push_back(key_of(number));
        EXPECT_EQ(kind_of(keys.back()), number.kind()) << number.view();
    }
    std::sort(keys.begin(), keys.end());
    EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
}

TEST(number_key, every_character_at_every_place_counts) {
    constexpr std::string_view characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::vector<number_key> keys;
    for (std::size_t place = 0; place < card::max_number_length; ++place) {
        for (const char c : characters) {
            std::string text(card::max_number_length, '0');
            text[place] = c;
            if (c != '0' || place == 0) keys.push_back(key_of({card_kind::iccid, text}));
        }
    }
    std::sort(keys.begin(), keys.end());
    EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
}

/// Said once more, a character at a time.
TEST(number_key, is_six_bits_a_character) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    constexpr std::string_view characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int round = 0; round < 20'000; ++round) {
        std::string text(1 + random() % card::max_number_length, '0');
        for (auto& c : text)
            c = characters[random() % characters.size()];
        const auto kind = card::all_card_kinds[random() % card::card_kind_count];
        number_key expected{card::index_of(kind), 0};
        for (std::size_t i = 0; i < card::max_number_length; ++i) {
            auto& word = i < characters_of_word ? expected.high : expected.low;
            word = word << bits_of_character | (i < text.size() ? characters.find(text[i]) + 1 : 0);
        }
        ASSERT_EQ(key_of({kind, text}), expected) << text;
    }
}

TEST(number_key, keeps_the_order_of_a_sorted_list) {
    const auto key = [](std::string_view text) { return key_of({card_kind::iccid, text}); };
    EXPECT_LT(key("89860009999999999999"), key("8986000A000000000000"));
    EXPECT_LT(key("89860000000000000009"), key("8986000000000000000A"));
    EXPECT_LT(key("8986000000"), key("89860000000"));
}

}  // namespace
}  // namespace cardresolver::run
