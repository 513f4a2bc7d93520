// Lists in GB18030: told or guessed, in pieces of any size, also where they are broken.
#include "source/byte_pieces.hpp"
#include "source/encoding_source.hpp"
#include "source/parse_pieces.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {
namespace {

using namespace std::string_view_literals;

// 名称;号码 and a row with full-width digits: in two bytes a character, and, for the face, in four.
constexpr std::string_view gb_list =
    "\xC3\xFB\xB3\xC6;\xBA\xC5\xC2\xEB\r\n\x94\x39\xFC\x36;\xA3\xB1\xA3\xB2\xA3\xB3\n";
constexpr std::string_view utf8_list = "名称;号码\r\n😀;１２３\n";

std::string convert(std::vector<std::string_view> pieces, std::optional<input_encoding> encoding = {},
                    std::size_t room = 65'536) {
    byte_pieces from(std::move(pieces));
    encoding_source stage(from, encoding);
    const auto seen = read_to_end(stage, room);
    EXPECT_EQ(seen.complaint, "");
    return seen.bytes;
}

TEST(gb18030_length, goes_by_the_shape) {
    struct row {
        std::string_view text;
        std::size_t length;
    };
    const std::array rows{
        row{"a", 1},
        row{"\0"sv, 1},
        row{"\x7F", 1},
        row{"\x80", 0},
        row{"\xFF", 0},
        row{"\xFF\x40", 0},
        row{"\x81", unfinished_character},
        row{"\xFE", unfinished_character},
        row{"\x81\x40", 2},
        row{"\x81\x7E", 2},
        row{"\x81\x7F", 0},
        row{"\x81\x80", 2},
        row{"\xFE\xFE", 2},
        row{"\x81\xFF", 0},
        row{"\x81\n", 0},
        row{"\x81\x2F", 0},
        row{"\x81\x3A", 0},
        row{"\x81\x30", unfinished_character},
        row{"\x81\x30\x80", 0},
        row{"\x81\x30\x81", unfinished_character},
        row{"\x81\x30\x81\x2F", 0},
        row{"\x81\x30\x81\x30", 4},
        row{"\xFE\x39\xFE\x39x", 4},
    };
    for (const auto& one : rows)
        EXPECT_EQ(gb18030_length(one.text), one.length) << card::escape_raw(one.text);
}

TEST(count_ascii, stops_at_the_first_byte_that_is_more) {
    std::string text(2300, 'a');  // steps of each size, and a rest
    EXPECT_EQ(count_ascii(text), text.size());
    EXPECT_EQ(count_ascii(""), 0U);
    for (std::size_t at = 0; at < text.size(); ++at) {
        text[at] = '\x80';
        EXPECT_EQ(count_ascii(text), at);
        text[at] = 'a';
    }
}

TEST(guess_encoding, prefers_what_makes_more_sense) {
    struct row {
        std::string_view text;
        input_encoding guess;
    };
    const std::array rows{
        row{"号码\n", input_encoding::utf8},
        row{"\xBA\xC5\xC2\xEB\n", input_encoding::gb18030},
        row{"\xEF\xBB\xBF\xBA\xC5\n", input_encoding::utf8},
        row{"\xC1\xAA\xCD\xA8\n", input_encoding::gb18030},
        row{"\xFF\xFE\x31\n", input_encoding::utf8},
        row{"\xBA\xC5\xFF\n", input_encoding::utf8},
        row{"\xD6\xD0\xB9\xFA\xD2\xC6\xB6\xAF,\x80\n",
            input_encoding::gb18030},  // one euro sign of code page 936
        row{"\xA0\xA0 \xC2\xA0\n", input_encoding::gb18030},
        row{"\x94\x39\xFC\x36\n", input_encoding::gb18030},
        row{"\xC2\xA0 \xE5\x8F\xB7,\xE5\x8F", input_encoding::utf8},
        row{"\xBA\xC5 \xC2", input_encoding::gb18030},
    };
    for (const auto& one : rows)
        EXPECT_EQ(guess_encoding(one.text, false), one.guess) << card::escape_raw(one.text);
    EXPECT_EQ(guess_encoding("\xE5\x8F", true), input_encoding::gb18030);
    EXPECT_EQ(guess_encoding("\xE5\x8F\xB7", true), input_encoding::utf8);
}

TEST(encoding_source, gives_the_same_however_the_bytes_are_cut) {
    const auto list = std::string("13800138000\n") + std::string(gb_list);
    const auto expected = std::string("13800138000\n") + std::string(utf8_list);
    for (const auto encoding : {std::optional<input_encoding>(), std::optional(input_encoding::gb18030)}) {
        for (std::size_t cut = 0; cut <= list.size(); ++cut) {
            const std::string_view all = list;
            EXPECT_EQ(convert({all.substr(0, cut), all.substr(cut)}, encoding), expected) << cut;
        }
        EXPECT_EQ(convert(cut_every(list, 1), encoding, 1), expected);
    }
    EXPECT_EQ(convert(cut_every(expected, 1)), expected);
    EXPECT_EQ(convert({gb_list}, input_encoding::utf8), gb_list) << "as it is told";
}

TEST(encoding_source, decides_at_the_first_character_that_is_more_than_ascii) {
    std::string ascii;
    for (int i = 0; i < 20'000; ++i)
        ascii += "13800138000\n";
    const auto list = ascii + std::string(gb_list) + ascii + std::string(gb_list);
    const auto expected = ascii + std::string(utf8_list) + ascii + std::string(utf8_list);
    for (const std::size_t piece : {1'000U, 4'096U, 65'536U})
        EXPECT_EQ(convert(cut_every(list, piece)), expected) << piece;
    EXPECT_EQ(convert({ascii}), ascii);
    EXPECT_EQ(convert({}), "");
}

TEST(encoding_source, replaces_what_is_no_character_and_keeps_the_line_ends) {
    struct row {
        std::string_view text, expected;
    };
    const std::array rows{
        row{"a\xFF\nb", "a\uFFFD\nb"},
        row{"\xBA\n\xBA\xC5", "\uFFFD\n号"},
        row{"\x81\x30\n", "\uFFFD0\n"},
        row{"\x81\x30\x81\n", "\uFFFD0\uFFFD\n"},
        row{"\xFE\x39\xFE\x39\n", "\uFFFD\n"},  // well-formed, without a meaning
        row{"\xBA\xC5\xFE\x39\xFE\x39\xBA\xC5", "号\uFFFD号"},
        row{"\x80", "\uFFFD"},
        row{"1\xBA", "1\uFFFD"},
        row{"1\x81\x30\x81",
            "1\uFFFD"
            "0\uFFFD"},
    };
    for (const auto& one : rows) {
        EXPECT_EQ(convert({one.text}, input_encoding::gb18030), one.expected) << card::escape_raw(one.text);
        EXPECT_EQ(convert(cut_every(one.text, 1), input_encoding::gb18030), one.expected);
    }
}

TEST(encoding_source, does_not_wait_for_more_than_the_line) {
    byte_pieces from({gb_list, "x"});
    encoding_source stage(from, {});
    std::string buffer(1'000, '\0');
    EXPECT_EQ(stage.read(buffer.data(), buffer.size()), utf8_list.size());
    EXPECT_EQ(from.read(buffer.data(), 1), 1U) << "the next piece is still there";
}

TEST(encoding_source, long_lists_come_through_whole) {
    std::string list;
    std::string expected;
    for (int i = 0; i < 30'000; ++i) {
        list += gb_list;
        expected += utf8_list;
    }
    EXPECT_EQ(convert(cut_every(list, 10'007)), expected);
    EXPECT_EQ(convert({std::string_view(list)}, {}, 777), expected);
    const std::string endless(200'000, '\xB0');
    EXPECT_EQ(convert({endless}).size(), 300'000U) << "without a line end, and still bounded";
}

}  // namespace
}  // namespace cardresolver::source
