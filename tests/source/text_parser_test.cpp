// Proves row IN1 of reliability.md's fault matrix for plain lists.
#include "source/text_parser.hpp"

#include "card/text.hpp"
#include "source/parse_pieces.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {
namespace {

using namespace std::string_view_literals;
using card::invalid_reason;

seen_list parse(std::string_view text) {
    return parse_all_ways(text, [] { return text_parser(); });
}

TEST(text_parser, in1_cuts_lines_however_they_end) {
    struct row {
        std::string_view text;
        std::vector<seen_record> records;
        std::uint64_t lines;
    };
    const std::array rows{
        row{"", {}, 0},
        row{"a", {{1, "a"}}, 1},
        row{"a\n", {{1, "a"}}, 1},
        row{"a\r\nb\r\n", {{1, "a"}, {2, "b"}}, 2},
        row{"a\nb\r", {{1, "a"}, {2, "b"}}, 2},
        row{"a\rb\n", {{1, "a\rb"}}, 1},
        row{"\n\n", {}, 2},
        row{"\r\n \t\n\xC2\xA0\xE3\x80\x80\nx", {{4, "x"}}, 4},
        row{" \t ", {}, 1},
        row{" a \n", {{1, " a "}}, 1},
        row{"\n\na\n\nb\n\n", {{3, "a"}, {5, "b"}}, 6},
        row{"a\0b\n\0\n"sv, {{1, std::string("a\0b"sv)}, {2, std::string("\0"sv)}}, 2},
    };
    for (const auto& one : rows) {
        const auto seen = parse(one.text);
        EXPECT_EQ(seen.records, one.records) << card::escape_raw(one.text);
        EXPECT_EQ(seen.lines, one.lines) << card::escape_raw(one.text);
    }
}

TEST(text_parser, in1_makes_one_invalid_record_of_a_line_that_is_too_long) {
    const std::string longest(max_line_length, '7');
    const std::string kept(kept_of_unread_record, '7');
    for (const auto* const line_end : {"\n", "\r\n"}) {
        const auto fits = parse(longest + line_end + "x");
        EXPECT_EQ(fits.records, (std::vector<seen_record>{{1, longest}, {2, "x"}}));
        const auto exceeds = parse(longest + "7" + line_end + "x" + line_end);
        EXPECT_EQ(exceeds.records,
                  (std::vector<seen_record>{{1, kept, invalid_reason::line_too_long}, {2, "x"}}));
        EXPECT_EQ(exceeds.lines, 2U);
    }
    EXPECT_EQ(parse(longest + "7").records,
              (std::vector<seen_record>{{1, kept, invalid_reason::line_too_long}}));
    EXPECT_EQ(parse(longest + "\r").records, (std::vector<seen_record>{{1, longest}}));
}

TEST(text_parser, in1_takes_a_long_line_of_blanks_for_a_blank_line) {
    const std::string blanks(max_line_length + 10, ' ');
    const auto blank = parse(blanks + "\nx");
    EXPECT_EQ(blank.records, (std::vector<seen_record>{{2, "x"}}));
    EXPECT_EQ(parse(blanks).records.size(), 0U);
    EXPECT_EQ(parse(blanks).lines, 1U);
    EXPECT_EQ(parse(blanks + "a\nx").records,
              (std::vector<seen_record>{{1, "", invalid_reason::line_too_long}, {2, "x"}}));
}

TEST(text_parser, in1_needs_no_memory_for_a_gibibyte_without_a_line_end) {
    const std::string piece(65536, '7');
    text_parser parser;
    record_block block;
    std::size_t records = 0;
    for (int i = 0; i < 16384; ++i) {
        block.records.clear();
        block.text = piece;
        ASSERT_EQ(parser.parse(block, false), piece.size()) << "held something back";
        records += block.records.size();
    }
    block.text = "\n13800138000";
    block.records.clear();
    ASSERT_EQ(parser.parse(block, true), block.text.size());
    ASSERT_EQ(block.records.size(), 1U);
    EXPECT_EQ(block.records[0].line, 2U);
    EXPECT_EQ(records, 1U);
}

TEST(text_parser, holds_back_no_more_than_one_line) {
    const std::string text = std::string(max_line_length, '7') + "\r\n";
    text_parser parser;
    EXPECT_LE(parse_pieces(parser, cut_every(text, 100)).most_held_back, max_line_length + 1);
}

TEST(text_parser, counts_on_from_the_lines_before) {
    text_parser parser(41);
    EXPECT_EQ(parse_pieces(parser, {"a\n"}).records, (std::vector<seen_record>{{42, "a"}}));
}

/// The simplest way to say what a list of lines is.
std::vector<seen_record> read_naively(const std::string& text) {
    std::vector<seen_record> records;
    std::uint64_t number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        auto line = text.substr(begin, end - begin);
        begin = end + 1;
        ++number;
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!card::trim_blanks(line).empty()) records.push_back({number, line});
    }
    return records;
}

TEST(text_parser, agrees_with_a_naive_reading_of_generated_lists) {
    constexpr std::string_view alphabet = "01 \t\r\n\n\"\xC2\xA0\xEF\xBB\xBFx";
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 3000; ++round) {
        std::string text(random() % 30, '\0');
        for (char& c : text)
            c = alphabet[random() % alphabet.size()];
        ASSERT_EQ(parse(text).records, read_naively(text)) << card::escape_raw(text);
    }
}

/// Usual lines, among them others, cut at any place: most of it goes the short way.
TEST(text_parser, agrees_with_a_naive_reading_of_lists_of_numbers) {
    constexpr std::array lines{"898602B2221430000006"sv,
                               "460040260908676\r"sv,
                               "1064826090209"sv,
                               ""sv,
                               " "sv,
                               "\xC2\xA0"sv,
                               "\r"sv,
                               "\x7F"sv,
                               "\0"sv,
                               "!"sv,
                               " 13800138000"sv,
                               "1\r\r"sv};
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (auto count = random() % 60; count > 0; --count) {
            text += lines[random() % (random() % 4 == 0 ? lines.size() : 1)];
            text += '\n';
        }
        for (auto changes = random() % 4; changes > 0 && !text.empty(); --changes)
            text[random() % text.size()] = "\n\r \x80"[random() % 4];
        if (!text.empty() && random() % 2 == 0) text.pop_back();
        const auto expected = read_naively(text);
        for (const std::size_t size : {1 + random() % 100, text.size() + 1}) {
            text_parser parser;
            ASSERT_EQ(parse_pieces(parser, cut_every(text, size)).records, expected)
                << card::escape_raw(text);
        }
    }
}

}  // namespace
}  // namespace cardresolver::source
