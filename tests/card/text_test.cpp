#include "card/text.hpp"

#include "card/canonical.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cardresolver::card {
namespace {

using namespace std::string_view_literals;

std::string printable(std::string_view text, std::size_t max_bytes = 1000) {
    std::string out;
    append_printable(out, text, max_bytes);
    return out;
}

TEST(trim_blanks, takes_all_kinds_of_blank_from_both_ends) {
    struct row {
        std::string_view text, trimmed;
    };
    constexpr std::array rows{
        row{"", ""},
        row{" \t\n\v\f\r", ""},
        row{" a b ", "a b"},
        row{"\xC2\xA0\xE3\x80\x80\xE2\x80\x8B\xEF\xBB\xBFx\xEF\xBB\xBF\xE2\x80\x8B\xE3\x80\x80\xC2\xA0", "x"},
        row{"\xC2x\xA0", "\xC2x\xA0"},
        row{"\xA0", "\xA0"},
        row{"\0 "sv, "\0"sv},
    };
    for (const auto& one : rows)
        EXPECT_EQ(trim_blanks(one.text), one.trimmed);
}

TEST(utf8_length, knows_the_well_formed_characters) {
    EXPECT_EQ(utf8_length("a"), 1U);
    EXPECT_EQ(utf8_length("\0"sv), 1U);
    EXPECT_EQ(utf8_length("\xC2\x80"), 2U);
    EXPECT_EQ(utf8_length("\xDF\xBF"), 2U);
    EXPECT_EQ(utf8_length("\xE0\xA0\x80"), 3U);
    EXPECT_EQ(utf8_length("\xED\x9F\xBF"), 3U);
    EXPECT_EQ(utf8_length("\xEE\x80\x80"), 3U);
    EXPECT_EQ(utf8_length("\xF0\x90\x80\x80"), 4U);
    EXPECT_EQ(utf8_length("\xF4\x8F\xBF\xBFrest"), 4U);
}

TEST(utf8_length, is_zero_for_malformed_text) {
    constexpr std::array rows{""sv,
                              "\x80"sv,
                              "\xBF"sv,
                              "\xC0\x80"sv,
                              "\xC1\xBF"sv,
                              "\xC2"sv,
                              "\xC2\x41"sv,
                              "\xE0\x9F\xBF"sv,
                              "\xE0\xA0"sv,
                              "\xED\xA0\x80"sv,
                              "\xF0\x8F\xBF\xBF"sv,
                              "\xF0\x90\x80"sv,
                              "\xF4\x90\x80\x80"sv,
                              "\xF5\x80\x80\x80"sv,
                              "\xFF"sv};
    for (const auto text : rows)
        EXPECT_EQ(utf8_length(text), 0U) << escape_raw(text);
}

/// Every code point above ASCII, encoded here by another way.
TEST(utf8_length, agrees_with_encoding_every_code_point) {
    std::uint32_t well_formed = 0;
    for (std::uint32_t point = 0x80; point <= 0x10FFFF; ++point) {
        if (point >= 0xD800 && point <= 0xDFFF) continue;
        std::string text;
        const auto tail = [point](unsigned shift) {
            return static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
        };
        if (point < 0x800) {
            text = {static_cast<char>(0xC0U | point >> 6U), tail(0)};
        } else if (point < 0x10000) {
            text = {static_cast<char>(0xE0U | point >> 12U), tail(6), tail(0)};
        } else {
            text = {static_cast<char>(0xF0U | point >> 18U), tail(12), tail(6), tail(0)};
        }
        well_formed += utf8_length(text) == text.size() ? 1 : 0;
    }
    EXPECT_EQ(well_formed, 0x110000U - 0x80U - 0x800U);
}

/// The other way round: what has a length is an encoding as short as can be of a code point that there is.
TEST(utf8_length, is_zero_for_all_else) {
    constexpr std::array<unsigned, 8> further{0x00, 0x7F, 0x80, 0x8F, 0x90, 0xA0, 0xBF, 0xC0};
    constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    for (unsigned first = 0x80; first < 0x100; ++first) {
        const std::size_t length = first < 0xC0   ? 0
                                   : first < 0xE0 ? 2
                                   : first < 0xF0 ? 3
                                   : first < 0xF8 ? 4
                                                  : 0;
        for (unsigned second = 0; second < 0x100; ++second) {
            for (const auto third : further) {
                for (const auto fourth : further) {
                    const std::array bytes{first, second, third, fourth};
                    std::uint32_t point = length == 0 ? 0 : first & (0x7FU >> length);
                    bool is_good = length != 0;
                    for (std::size_t i = 1; i < length; ++i) {
                        is_good = is_good && (bytes[i] & 0xC0U) == 0x80;
                        point = point << 6U | (bytes[i] & 0x3FU);
                    }
                    is_good = is_good && point >= least[length] && point <= 0x10FFFF &&
                              (point < 0xD800 || point > 0xDFFF);
                    std::string text;
                    for (const auto byte : bytes)
                        text.push_back(static_cast<char>(byte));
                    ASSERT_EQ(utf8_length(text), is_good ? length : 0) << escape_raw(text);
                    ASSERT_EQ(utf8_length(text.substr(0, std::max<std::size_t>(length, 1) - 1)), 0U);
                }
            }
        }
    }
}

TEST(append_printable, keeps_text_of_every_language) {
    EXPECT_EQ(printable("ICCID号不是所查询的集团下的用户 é 😀"), "ICCID号不是所查询的集团下的用户 é 😀");
}

TEST(append_printable, ha14_lets_no_control_or_direction_character_through) {
    constexpr auto replaced = "\xEF\xBF\xBD"sv;
    constexpr std::array rows{
        "\0"sv,           "\x1B"sv,         "\n"sv,           "\r"sv,           "\x7F"sv,
        "\xC2\x85"sv,     "\xC2\xAD"sv,     "\xE2\x80\x8B"sv, "\xE2\x80\xA8"sv, "\xE2\x80\xAE"sv,
        "\xE2\x81\xA6"sv, "\xEF\xBB\xBF"sv, "\xD8\x9C"sv,     "\xFF"sv,         "\xF3\xA0\x80\x81"sv};
    for (const auto text : rows) {
        EXPECT_EQ(printable(std::string("a").append(text).append("b")),
                  std::string("a").append(replaced).append("b"))
            << escape_raw(text);
    }
    EXPECT_EQ(printable("\xE4\xB8").size(), 2 * replaced.size());
}

TEST(append_printable, cuts_at_a_character_boundary) {
    EXPECT_EQ(printable("ab号", 5), "ab号");
    EXPECT_EQ(printable("ab号", 4), "ab");
    EXPECT_EQ(printable("ab号", 0), "");
    std::string out = "before ";
    append_printable(out, "after", 3);
    EXPECT_EQ(out, "before aft");
}

TEST(append_escaped, appends_what_may_be_taken) {
    std::string out = "x";
    append_escaped(out, "\n正\xFFrest", 6);
    EXPECT_EQ(out, "x\\x0A正\\xFFr");
    append_escaped(out, "正", 2);
    EXPECT_EQ(out, "x\\x0A正\\xFFr") << "no half character";
}

TEST(escape_raw, makes_hostile_bytes_visible) {
    EXPECT_EQ(escape_raw("13800138000"), "13800138000");
    EXPECT_EQ(escape_raw("a\0b\x1B[31m\r\n\xFF"sv), "a\\x00b\\x1B[31m\\x0D\\x0A\\xFF");
    EXPECT_EQ(escape_raw("号\xE2\x80\xAE"), "号\\xE2\\x80\\xAE");
}

TEST(escape_raw, keeps_64_bytes_cut_at_a_character_boundary) {
    EXPECT_EQ(escape_raw(std::string(100, '7')), std::string(64, '7'));
    EXPECT_EQ(escape_raw(std::string(63, '7') + "号"), std::string(63, '7'));
    EXPECT_EQ(escape_raw(std::string(61, '7') + "号号"), std::string(61, '7') + "号");
}

}  // namespace
}  // namespace cardresolver::card
