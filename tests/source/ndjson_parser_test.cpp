// Cutting NDJSON into records, whatever the blocks (IN1).
#include "source/ndjson_parser.hpp"

#include "source/parse_pieces.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {
namespace {

using card::invalid_reason;
using records = std::vector<seen_record>;

seen_list parse(std::string_view text, const std::string& column = {}) {
    return parse_all_ways(text, [&column] { return ndjson_parser(column); });
}

TEST(ndjson_parser, gives_a_record_for_each_line_that_is_not_blank) {
    const auto seen = parse(
        "{\"number\":\"1\"}\n\n "
        "\t\r\n{\"iccid\":\"a\\u0062\"}\r\nrubbish\n{\"number\":22}\n\xC2\xA0\n{\"x\":1}");
    EXPECT_EQ(seen.records, (records{{1, "1"},
                                     {4, "ab"},
                                     {5, "rubbish", invalid_reason::json_malformed},
                                     {6, "22"},
                                     {8, "{\"x\":1}", invalid_reason::json_no_field}}));
    EXPECT_EQ(seen.lines, 8U);
}

TEST(ndjson_parser, knows_lists_without_a_record) {
    EXPECT_EQ(parse("").lines, 0U);
    EXPECT_EQ(parse("\n\n").lines, 2U);
    EXPECT_TRUE(parse(" \n\r\n  ").records.empty());
    EXPECT_EQ(parse(" \n\r\n  ").lines, 3U);
}

TEST(ndjson_parser, counts_lines_from_where_it_is_told) {
    ndjson_parser parser({}, 7);
    EXPECT_EQ(parse_pieces(parser, {"{\"number\":\"1\"}\n"}).records, (records{{8, "1"}}));
    EXPECT_EQ(parser.lines(), 8U);
}

TEST(ndjson_parser, a_text_that_is_unescaped_stays_within_its_line) {
    const auto seen = parse("{\"a\":\"b\\n\",\"number\":\"\\u0031\\u0032\"}\n{\"number\":\"\\u0033\"}\n");
    EXPECT_EQ(seen.records, (records{{1, "12"}, {2, "3"}}));
}

TEST(ndjson_parser, keeps_whole_objects_where_it_is_told_to) {
    const auto seen = parse_all_ways("{\"number\":\"\\u0031\"}\r\nx\n\n{\"a\":1}\n{\"number\":2}",
                                     [] { return ndjson_parser({}, 0, true); });
    EXPECT_EQ(seen.records, (records{{1, "1", {}, "{\"number\":\"\\u0031\"}\r"},
                                     {2, "x", invalid_reason::json_malformed, ""},
                                     {4, "{\"a\":1}", invalid_reason::json_no_field, "{\"a\":1}"},
                                     {5, "2", {}, "{\"number\":2}"}}));
    const std::string endless(max_record_length + 1, '[');
    ndjson_parser parser({}, 0, true);
    EXPECT_EQ(parse_pieces(parser, {endless, endless}).records.size(), 1U);
}

std::string object_of(std::size_t length) {
    const std::string head = "{\"number\":\"1\",\"x\":\"";
    return head + std::string(length - head.size() - 2, 'y') + "\"}";
}

TEST(ndjson_parser, IN1_a_line_over_the_cap_is_one_invalid_record_and_holds_back_no_more_than_that) {
    const auto longest = object_of(max_record_length);
    const auto too_long = object_of(max_record_length + 1);
    const auto text = longest + "\n" + too_long + "\n" + std::string(5 * max_record_length, 'z') +
                      "\n{\"number\":\"2\"}\n" + too_long;
    const records expected{{1, "1"},
                           {2, too_long.substr(0, kept_of_unread_record), invalid_reason::json_too_long},
                           {3, std::string(kept_of_unread_record, 'z'), invalid_reason::json_too_long},
                           {4, "2"},
                           {5, too_long.substr(0, kept_of_unread_record), invalid_reason::json_too_long}};
    for (const std::size_t piece : {1'000U, 4'096U, 65'536U, 65'537U, 1'000'000U}) {
        ndjson_parser parser({});
        const auto seen = parse_pieces(parser, cut_every(text, piece));
        EXPECT_EQ(seen.records, expected) << piece;
        EXPECT_EQ(seen.lines, 5U);
        EXPECT_LE(seen.most_held_back, max_record_length) << piece;
    }
}

}  // namespace
}  // namespace cardresolver::source
