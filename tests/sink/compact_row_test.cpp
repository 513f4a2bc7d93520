#include "sink/compact_row.hpp"

#include "sink/row_format.hpp"

#include <gtest/gtest.h>

namespace cardresolver::sink {
namespace {

using namespace std::string_view_literals;

card::card_outcome resolved_row() {
    return {UINT64_MAX >> 1U,
            "898600D6991330004146",
            card::card_kind::iccid,
            card::outcome_kind::resolved,
            "898600D6991330004146",
            "1440012345678",
            "460001234567890",
            "0",
            "正确"};
}

TEST(compact_row, comes_back_as_it_was) {
    std::string kept;
    append_compact_text(kept, "first");
    append_compact_text(kept, "");
    std::string bytes;
    append_row(bytes, output_format::database, resolved_row(), kept);
    card::card_outcome invalid;
    invalid.line = 8;
    invalid.number = "x";
    invalid.outcome = card::outcome_kind::invalid;
    append_row(bytes, output_format::database, invalid);
    std::string_view rest = bytes;
    compact_row row;
    ASSERT_TRUE(take_compact_row(rest, row));
    EXPECT_EQ(row.line, UINT64_MAX >> 1U);
    EXPECT_EQ(row.texts,
              (std::array{"898600D6991330004146"sv, "iccid"sv, "resolved"sv, "898600D6991330004146"sv,
                          "1440012345678"sv, "460001234567890"sv, "0"sv, "正确"sv}));
    EXPECT_EQ(row.kept, (std::vector{"first"sv, ""sv}));
    ASSERT_TRUE(take_compact_row(rest, row));
    EXPECT_EQ(row.line, 8U);
    EXPECT_EQ(row.texts, (std::array{"x"sv, ""sv, "invalid"sv, ""sv, ""sv, ""sv, ""sv, ""sv}));
    EXPECT_TRUE(row.kept.empty());
    EXPECT_FALSE(take_compact_row(rest, row));
}

TEST(compact_row, a_header_has_the_names_and_no_line) {
    std::string names;
    append_compact_text(names, "input_iccid");
    std::string bytes;
    append_header(bytes, output_format::database, names);
    std::string_view rest = bytes;
    compact_row row;
    ASSERT_TRUE(take_compact_row(rest, row));
    EXPECT_EQ(row.line, 0U);
    EXPECT_EQ(row.kept, std::vector{"input_iccid"sv});
    EXPECT_TRUE(rest.empty());
}

TEST(compact_row, JS6_what_hurts_a_database_does_not_reach_it) {
    auto hurtful = resolved_row();
    hurtful.message = "a\0b\x01\x7F\xFFz\xED\xA0\x80\t\r\n'\"é"sv;
    std::string kept;
    append_compact_text(kept, "\0\xC3"sv);
    std::string bytes;
    append_row(bytes, output_format::database, hurtful, kept);
    std::string_view rest = bytes;
    compact_row row;
    ASSERT_TRUE(take_compact_row(rest, row));
    EXPECT_EQ(row.texts[7], "a\uFFFDb\uFFFD\uFFFD\uFFFDz\uFFFD\uFFFD\uFFFD\t\r\n'\"é");
    EXPECT_EQ(row.kept[0], "\uFFFD\uFFFD");
}

}  // namespace
}  // namespace cardresolver::sink
