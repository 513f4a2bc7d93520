#include "sink/usual_row.hpp"

#include "sink/row_format.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace cardresolver::sink {
namespace {

using namespace std::string_view_literals;

card::card_outcome usual_row(std::uint64_t line) {
    return {line,
            "89860012345678901234",
            card::card_kind::iccid,
            card::outcome_kind::resolved,
            "89860012345678901234",
            "1064812345678",
            "460041234567890",
            "0",
            "正确"};
}

std::string general_row(const card::card_outcome& row, std::string_view front = {}) {
    std::string out;
    append_row(out, output_format::csv, row, front);
    return out;
}

TEST(usual_rows, takes_what_is_usual) {
    usual_rows rows;
    std::string out;
    ASSERT_TRUE(rows.append(out, usual_row(7)));
    EXPECT_EQ(
        out,
        "7,89860012345678901234,iccid,resolved,89860012345678901234,1064812345678,460041234567890,0,正确\n");
}

TEST(usual_rows, begins_with_the_kept_columns) {
    usual_rows rows;
    std::string out = "before\n";
    ASSERT_TRUE(rows.append(out, usual_row(1), "a,\"b,c\","));
    EXPECT_EQ(out, "before\n" + general_row(usual_row(1), "a,\"b,c\","));
}

/// A line is counted on from the one before, where it can be.
TEST(usual_rows, writes_any_line_after_any_other) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    usual_rows rows;
    const std::vector<std::uint64_t> lines{0,   1,   2, 8,       9,         10,       11,   99, 100, 101,
                                           100, 101, 1, 999'999, 1'000'000, most - 1, most, 0,  1,   most};
    for (const auto line : lines) {
        std::string out;
        ASSERT_TRUE(rows.append(out, usual_row(line)));
        ASSERT_EQ(out, general_row(usual_row(line)));
    }
    for (std::uint64_t line = 1; line < 12'000; ++line) {
        std::string out;
        ASSERT_TRUE(rows.append(out, usual_row(line)));
        ASSERT_EQ(out, general_row(usual_row(line)));
    }
}

TEST(usual_rows, leaves_what_needs_quotes_or_repair) {
    for (unsigned value = 0; value < 256; ++value) {
        for (std::size_t at = 0; at < 20; ++at) {
            std::string text(20, 'a');
            text[at] = static_cast<char>(value);
            for (const auto field : {&card::card_outcome::number, &card::card_outcome::imsi,
                                     &card::card_outcome::status, &card::card_outcome::message}) {
                auto row = usual_row(1);
                row.*field = text;
                usual_rows rows;
                std::string out;
                const bool is_strange = value < 0x20 || value >= 0x7F || value == '"' || value == ',';
                const bool is_taken = rows.append(out, row);
                ASSERT_TRUE(is_taken || is_strange || value == '\\') << value << " at " << at;
                ASSERT_FALSE(is_taken && is_strange) << value << " at " << at;
                ASSERT_EQ(out, is_taken ? general_row(row) : "") << value << " at " << at;
            }
        }
    }
}

/// Whatever is taken is what the general way writes, however long it is.
TEST(usual_rows, are_what_rows_are) {
    constexpr std::string_view alphabet = "0123456789abc,\"\\\n\xE6\xAD\xA3"sv;
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    usual_rows rows;
    std::size_t taken = 0;
    for (int round = 0; round < 100'000; ++round) {
        std::array<std::string, 6> texts;
        for (auto& text : texts)
            text.assign(random() % 40, '7');
        const auto one = random() % texts.size();
        texts[one].resize(random() % 240, '7');  // now and then a row is too long to be usual
        for (auto odd_ones = random() % 3; odd_ones > 0 && !texts[one].empty(); --odd_ones)
            texts[one][random() % texts[one].size()] = alphabet[random() % alphabet.size()];
        if (random() % 2 == 0) texts[5].append("正确");
        card::card_outcome row{random() >> (random() % 32),
                               texts[0],
                               card::all_card_kinds[random() % 3],
                               static_cast<card::outcome_kind>(random() % card::outcome_kind_count),
                               texts[1],
                               texts[2],
                               texts[3],
                               texts[4],
                               texts[5]};
        if (random() % 8 == 0) row.kind.reset();
        std::string out;
        if (rows.append(out, row)) {
            ++taken;
            ASSERT_EQ(out, general_row(row));
        } else {
            ASSERT_EQ(out, "");
        }
    }
    EXPECT_GT(taken, 20'000U);
}

}  // namespace
}  // namespace cardresolver::sink
