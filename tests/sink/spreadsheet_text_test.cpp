#include "sink/spreadsheet_text.hpp"

#include "card/canonical.hpp"
#include "sink/row_format.hpp"
#include "sink/row_parser.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace cardresolver::sink {
namespace {

using namespace std::string_view_literals;
using card::card_outcome;

TEST(is_spoiled_number, tells_what_a_spreadsheet_would_not_show_as_it_is) {
    for (const std::string_view text : {"123456789012",
                                        "1064826090209",
                                        "460040260908676",
                                        "89860012345678901234",
                                        "007",
                                        "00",
                                        "898602E5143000000612",
                                        "89860012345678901e12",
                                        "1E5",
                                        "1d5",
                                        "8.98602E+19",
                                        "2026-01-31",
                                        "1/2",
                                        "12:30",
                                        "5%",
                                        "1.10",
                                        ".5",
                                        "1,234",
                                        "12 345",
                                        "5-",
                                        " 12345678901234567890",
                                        "\xC2\xA0"
                                        "007",
                                        "\xE3\x80\x80"
                                        "2026-11-25"})
        EXPECT_TRUE(is_spoiled_number(text)) << text;
    for (const std::string_view text : {"",
                                        "0",
                                        "25",
                                        "118040196",
                                        "13800000001",
                                        "12345678901",
                                        "898600D6991330004146A",
                                        "898602B2221430000006",
                                        "http-503",
                                        "timeout",
                                        "正确",
                                        "...",
                                        ".",
                                        "E5",
                                        "=1",
                                        "-5",
                                        "+8613800000001",
                                        "5 cards",
                                        " ",
                                        " 25",
                                        "\xE3\x80\x80"})
        EXPECT_FALSE(is_spoiled_number(text)) << text;
}

TEST(append_neutral, puts_an_apostrophe_before_what_begins_a_formula) {
    struct row {
        std::string_view text, neutral;
    };
    constexpr std::array rows{
        row{"=1+1", "'=1+1"},
        row{"+1", "'+1"},
        row{"-1", "'-1"},
        row{"@SUM(A1)", "'@SUM(A1)"},
        row{"\t=1", "'\t'=1"},
        row{"\r=1", "'\r'=1"},
        row{"  =1", "  '=1"},
        row{"\u3000=1", "\u3000'=1"},
        row{"\"=1\"", "\"'=1\""},
        row{"＝1", "'＝1"},
        row{"＋1", "'＋1"},
        row{"－1", "'－1"},
        row{"＠x", "'＠x"},
        row{"a;=1", "a;'=1"},
        row{"a; \"-1", "a; \"'-1"},
        row{"a\n=1", "a\n'=1"},
        row{"a\t@x", "a\t'@x"},
        row{"a=1", "a=1"},
        row{"a, -1", "a, -1"},
        row{"'=1", "'=1"},
        row{"-", "'-"},
        row{"", ""},
        row{"正确", "正确"},
        row{"\xFF=1", "\xFF=1"},
    };
    for (const auto& one : rows) {
        std::string out;
        append_neutral(out, one.text);
        EXPECT_EQ(out, one.neutral);
        EXPECT_EQ(may_be_formula(one.text), one.text != one.neutral) << one.text;
        EXPECT_FALSE(may_be_formula(out)) << "once is enough: " << one.text;
    }
}

std::string row_with(std::string_view number, std::string_view message) {
    card_outcome row;
    row.line = 7;
    row.number = number;
    row.outcome = card::outcome_kind::invalid;
    row.message = message;
    std::string out;
    append_row(out, output_format::spreadsheet_csv, row);
    return out;
}

TEST(spreadsheet_csv, writes_long_numbers_as_text) {
    const card_outcome row{7,
                           "898602E5143000000612",
                           card::card_kind::iccid,
                           card::outcome_kind::resolved,
                           "898602E5143000000612",
                           "13800000001",
                           "460040260908676",
                           "0",
                           "正确"};
    std::string out;
    append_row(out, output_format::spreadsheet_csv, row);
    EXPECT_EQ(
        out,
        "7,\"=\"\"898602E5143000000612\"\"\",iccid,resolved,\"=\"\"898602E5143000000612\"\"\",13800000001,"
        "\"=\"\"460040260908676\"\"\",0,正确\n");
    out.clear();
    append_header(out, output_format::spreadsheet_csv);
    EXPECT_EQ(out, "line,number,kind,outcome,iccid,msisdn,imsi,status,message\n");
}

TEST(spreadsheet_csv, HA14_makes_formulas_harmless) {
    EXPECT_EQ(row_with("=cmd|' /C calc'!A0", "@x"), "7,'=cmd|' /C calc'!A0,,invalid,,,,,'@x\n");
    EXPECT_EQ(row_with("x", "=HYPERLINK(\"http://x\",\"y\")"),
              "7,x,,invalid,,,,,\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\n");
    EXPECT_EQ(row_with("x", "a;=1"), "7,x,,invalid,,,,,\"a;'=1\"\n");
}

TEST(spreadsheet_csv, failures_are_written_in_the_same_way) {
    card_outcome row;
    row.line = 3;
    row.number = "460040260908676";
    row.kind = card::card_kind::imsi;
    row.status = "http-503";
    row.message = "-x";
    std::string out;
    append_failures_header(out);
    append_failure(out, output_format::csv, row);
    append_failure(out, output_format::spreadsheet_csv, row);
    EXPECT_EQ(out,
              "line,number,kind,status,message\n3,460040260908676,imsi,http-503,-x\n"
              "3,\"=\"\"460040260908676\"\"\",imsi,http-503,'-x\n");
}

/// Whether a cell that holds `text` would be computed: by Excel's and LibreOffice's rule, but ="…" is a text.
bool is_computed(std::string_view text) {
    const auto start = text.find_first_not_of(" \"");
    if (start == std::string_view::npos) return false;
    const bool is_wrapped = text.size() >= 4 && text.starts_with("=\"") && text.ends_with('"') &&
                            text.substr(2, text.size() - 3).find('"') == std::string_view::npos;
    if (is_wrapped) return false;
    const auto rest = text.substr(start);
    for (const auto sign : {"="sv, "+"sv, "-"sv, "@"sv, "\t"sv, "\r"sv, "＝"sv, "＋"sv, "－"sv, "＠"sv}) {
        if (rest.starts_with(sign)) return true;
    }
    return false;
}

/// The cells that a reader makes who takes no notice of quotes and splits at `delimiter` alone.
std::vector<std::string> split_blindly(const std::string& text, char delimiter) {
    std::vector<std::string> cells;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream parts(line);
        for (std::string cell; std::getline(parts, cell, delimiter);)
            cells.push_back(cell);
    }
    return cells;
}

TEST(spreadsheet_csv, HA14_no_text_is_ever_computed_and_every_number_comes_back) {
    constexpr std::array pieces{"="sv, "+"sv, "-"sv,  "@"sv,  "\t"sv, "\r"sv,   "\n"sv,
                                ";"sv, ","sv, "\""sv, "'"sv,  " "sv,  "1"sv,    "0"sv,
                                "E"sv, "a"sv, "＝"sv, "号"sv, "\0"sv, "\xFF"sv, "8986001234567890"sv,
                                "|"sv};
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 50'000; ++round) {
        std::array<std::string, 2> texts;
        for (auto& text : texts) {
            for (auto count = random() % 7; count > 0; --count)
                text += pieces[random() % pieces.size()];
        }
        const auto row = row_with(texts[0], texts[1]);
        ASSERT_TRUE(is_utf8(row));
        const auto fields = parse_csv_row(row);
        ASSERT_EQ(fields.size(), 9U);
        for (const auto& field : fields)
            ASSERT_FALSE(is_computed(field)) << card::escape_raw(row);
        for (const char delimiter : {';', '\t'}) {
            for (const auto& cell : split_blindly(row, delimiter))
                ASSERT_FALSE(is_computed(cell)) << card::escape_raw(row);
        }
        const auto asked = card::canonicalize(texts[0], {});
        const auto again = card::canonicalize(fields[1], {});
        ASSERT_EQ(asked.is_valid(), again.is_valid()) << card::escape_raw(row);
        ASSERT_TRUE(asked.number == again.number) << card::escape_raw(row);
    }
}

TEST(spreadsheet_csv, every_card_number_is_read_again_as_itself) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 20'000; ++round) {
        std::string number = "8986";
        while (number.size() < 20)
            number += "0123456789ABCDEF"[random() % 16];
        const auto field = parse_csv_row(row_with(number, "")).at(1);
        EXPECT_EQ(card::canonicalize(field, {}).number.view(), number) << field;
    }
}

}  // namespace
}  // namespace cardresolver::sink
