#include "run/plan/number_key.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
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
TEST(number_key, is_six_bits_a_character_where_the_shape_is_unusual) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    constexpr std::string_view characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int round = 0; round < 20'000; ++round) {
        std::string text(1 + random() % card::max_number_length, '0');
        for (auto& c : text)
            c = characters[random() % characters.size()];
        const auto kind = card::all_card_kinds[random() % card::card_kind_count];
        if (find_usual_key({kind, text})) continue;
        number_key expected{1 + card::index_of(kind), 0};
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

/// Any number, often one of which one more character would be wrong for a usual key.
template <class Random>
card_number make_number(Random& random) {
    constexpr std::string_view characters = "0123456789ABCDEFGZ";
    const auto kind = card::all_card_kinds[random() % card::card_kind_count];
    const bool is_iccid = kind == card_kind::iccid;
    std::string text(is_iccid ? 20 : 1 + random() % 15, '0');
    for (char& c : text)
        c = characters[random() % (random() % 8 == 0 ? characters.size() : 2)];
    if (is_iccid && random() % 8 != 0) text.replace(0, 4, "8986");
    return {kind, text};
}

TEST(usual_key, has_the_order_that_the_long_one_has) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::size_t usual_ones = 0;
    for (int round = 0; round < 200'000; ++round) {
        const auto a = make_number(random);
        const auto b = make_number(random);
        const auto key = key_of(a);
        ASSERT_EQ(kind_of(key), a.kind()) << a.view();
        ASSERT_EQ(key == key_of(b), a == b) << a.view() << " and " << b.view();
        if (key.high != 0 || key_of(b).high != 0) continue;
        ++usual_ones;
        ASSERT_EQ(key <=> key_of(b), make_long_key(a) <=> make_long_key(b))
            << a.view() << " and " << b.view();
    }
    EXPECT_GT(usual_ones, 20'000U);
}

TEST(usual_key, there_is_one_for_the_usual_shapes_alone) {
    for (const auto* const usual : {"89860000000000000000", "898602B2221430000006", "89863FFFFFFFFFFFFFFF"})
        EXPECT_TRUE(find_usual_key({card_kind::iccid, usual})) << usual;
    for (const auto* const unusual :
         {"89864000000000000000", "8986A000000000000000", "89850000000000000000", "8986000000000000000G",
          "8986000G000000000000", "8986000000000000000", "8986"})
        EXPECT_FALSE(find_usual_key({card_kind::iccid, unusual})) << unusual;
    for (const auto kind : {card_kind::imsi, card_kind::msisdn}) {
        for (std::size_t length = 1; length <= card::max_number_length; ++length) {
            EXPECT_EQ(find_usual_key({kind, std::string(length, '9')}).has_value(), length <= 15) << length;
            EXPECT_FALSE(find_usual_key({kind, std::string(length - 1, '9') + "A"})) << length;
        }
    }
}

/// Both ways of the same reading, whichever one this machine takes.
TEST(usual_key, is_read_as_hexadecimal_digits) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    constexpr std::string_view characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    constexpr std::string_view hexadecimal = characters.substr(0, 16);
    for (int round = 0; round < 50'000; ++round) {
        std::array<std::uint64_t, 2> words{};
        std::string text(16, '0');
        for (std::size_t i = 0; i < text.size(); ++i) {
            text[i] = characters[random() % (random() % 32 == 0 ? characters.size() : hexadecimal.size())];
            words[i / 8] = words[i / 8] << 8U | static_cast<unsigned char>(text[i]);
        }
        const bool are_all = text.find_first_not_of(hexadecimal) == std::string::npos;
        for (const auto& read :
             {read_hexadecimal(words[0], words[1]), read_hexadecimal_by_words(words[0], words[1])}) {
            ASSERT_EQ(read.are_all, are_all) << text;
            if (are_all) {
                ASSERT_EQ(read.value, std::stoull(text, nullptr, 16)) << text;
            }
        }
    }
}

TEST(usual_key, every_digit_at_every_place_counts) {
    std::vector<std::uint64_t> keys;
    for (const auto& number :
         {card_number(card_kind::iccid, "89860000000000000000"),
          card_number(card_kind::imsi, "000000000000000"), card_number(card_kind::msisdn, "0000000000000")}) {
        const bool is_iccid = number.kind() == card_kind::iccid;
        for (std::size_t place = is_iccid ? 4 : 0; place < number.view().size(); ++place) {
            for (const char c :
                 is_iccid&& place > 4 ? std::string_view("123456789ABCDEF") : std::string_view("123")) {
                std::string text(number.view());
                text[place] = c;
                const auto key = find_usual_key({number.kind(), text});
                ASSERT_TRUE(key) << text;
                keys.push_back(*key);
            }
        }
        keys.push_back(*find_usual_key(number));
    }
    std::sort(keys.begin(), keys.end());
    EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace
}  // namespace cardresolver::run
