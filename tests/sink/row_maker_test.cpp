#include "sink/row_maker.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace cardresolver::sink {
namespace {

using namespace std::string_view_literals;

constexpr std::array all_formats{output_format::csv, output_format::spreadsheet_csv, output_format::ndjson,
                                 output_format::database};
constexpr std::array quick_formats{output_format::csv, output_format::ndjson};

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

std::string general_row(output_format format, const card::card_outcome& row, std::string_view front = {}) {
    std::string out;
    append_row(out, format, row, front);
    return out;
}

/// One maker's rows, one by one.
class maker_test {
public:
    explicit maker_test(output_format format) : format_(format), maker_(format) {}

    void expect_general(const card::card_outcome& row, std::string_view front = {}) {
        out_.clear();
        if (front.empty()) {
            maker_.append(out_, {&row, 1});
        } else {
            maker_.append_behind(out_, row, front);
        }
        ASSERT_EQ(out_.view(), general_row(format_, row, front));
    }
    /// Whether the last row was a usual one.
    bool was_usual() {
        const auto before = std::exchange(unusual_before_, maker_.unusual_rows());
        return before == unusual_before_;
    }

private:
    output_format format_;
    row_maker maker_;
    row_buffer out_;
    std::uint64_t unusual_before_ = 0;
};

TEST(row_maker, makes_rows_as_they_are_documented) {
    row_maker csv(output_format::csv);
    row_buffer out("before\n");
    const auto row = usual_row(7);
    csv.append(out, {&row, 1});
    EXPECT_EQ(
        out.view(),
        "before\n"
        "7,89860012345678901234,iccid,resolved,89860012345678901234,1064812345678,460041234567890,0,正确\n");
    row_maker ndjson(output_format::ndjson);
    out.clear();
    ndjson.append(out, {&row, 1});
    EXPECT_EQ(out.view(),
              R"({"line":7,"number":"89860012345678901234","kind":"iccid","outcome":"resolved",)"
              R"("iccid":"89860012345678901234","msisdn":"1064812345678","imsi":"460041234567890",)"
              R"("status":"0","message":"正确"})"
              "\n");
    EXPECT_EQ(csv.unusual_rows() + ndjson.unusual_rows(), 0U);
}

TEST(row_maker, begins_with_the_kept_columns) {
    for (const auto format : all_formats) {
        maker_test test(format);
        for (const auto front : {R"("a":1,)"sv, R"(a,"b,c",)"sv, ""sv}) {
            test.expect_general(usual_row(1), front);
            test.expect_general(usual_row(2), front);
        }
        test.expect_general(usual_row(3), std::string(10'000, 'x'));
    }
}

/// Those that say the same may say so by their wording; others have another one, or none.
TEST(row_maker, believes_a_wording) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    constexpr std::array messages{"正确"sv, "to, be quoted"sv, ""sv, "another"sv};
    for (const auto format : all_formats) {
        maker_test test(format);
        for (std::uint64_t line = 1; line < 5'000; ++line) {
            auto row = usual_row(line);
            const auto which = random() % 10 < 7 ? 0 : random() % messages.size();
            row.message = messages[which];
            row.wording = random() % 10 == 0 ? 0 : which + 1;
            test.expect_general(row);
        }
    }
}

TEST(row_maker, makes_rows_at_once_as_one_by_one) {
    for (const auto format : all_formats) {
        row_maker maker(format);
        row_buffer out;
        std::vector<card::card_outcome> rows;
        std::string expected;
        for (std::uint64_t line = 95; line < 105; ++line) {
            rows.push_back(usual_row(line));
            rows.back().wording = 1;
            if (line == 99) rows.back().imsi = "46-4";  // to be quoted, or no number
            expected += general_row(format, rows.back());
        }
        maker.append(out, rows);
        EXPECT_EQ(out.view(), expected);
    }
}

/// A line is counted on from the one before, where it can be.
TEST(row_maker, writes_any_line_after_any_other) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    maker_test test(output_format::csv);
    for (const auto line : std::initializer_list<std::uint64_t>{
             0,   1,   2, 8,       9,         10,       11,   99, 100, 101,
             100, 101, 1, 999'999, 1'000'000, most - 1, most, 0,  1,   most}) {
        test.expect_general(usual_row(line));
        EXPECT_TRUE(test.was_usual());
    }
    for (const std::uint64_t before_carry : {0ULL, 99'999'900ULL, 999'999'900ULL}) {
        for (auto line = before_carry + 1; line < before_carry + 12'000; ++line)
            test.expect_general(usual_row(line));
    }
    EXPECT_TRUE(test.was_usual());
}

TEST(row_maker, goes_the_general_way_where_a_text_needs_quotes_or_repair) {
    for (const auto format : quick_formats) {
        for (unsigned value = 0; value < 256; ++value) {
            for (std::size_t at = 0; at < 20; ++at) {
                std::string text(20, 'A');
                text[at] = static_cast<char>(value);
                for (const auto field : {&card::card_outcome::number, &card::card_outcome::imsi,
                                         &card::card_outcome::status, &card::card_outcome::message}) {
                    auto row = usual_row(1);
                    row.*field = text;
                    maker_test test(format);
                    test.expect_general(row);
                    const bool is_strange = value < 0x20 || value >= 0x7F || value == '"' || value == ',';
                    ASSERT_FALSE(test.was_usual() && is_strange) << value << " at " << at;
                }
            }
        }
    }
}

/// The same in NDJSON, where what is unknown is null.
TEST(row_maker, knows_what_is_unknown) {
    for (const auto format : quick_formats) {
        for (const auto field : {&card::card_outcome::number, &card::card_outcome::iccid,
                                 &card::card_outcome::msisdn, &card::card_outcome::imsi}) {
            auto row = usual_row(1);
            row.*field = {};
            maker_test test(format);
            test.expect_general(row);
            EXPECT_EQ(test.was_usual(), format == output_format::csv);
        }
        auto row = usual_row(1);
        row.kind.reset();
        maker_test(format).expect_general(row);
        row = usual_row(1);
        row.status = {};
        row.message = {};
        maker_test(format).expect_general(row);
    }
}

/// Whatever the texts are and however long, it is what the general way writes, behind any other row.
TEST(row_maker, makes_rows_as_the_general_way_does) {
    constexpr std::string_view alphabet = "0123456789abcXYZ,;=\"\\\n\t\x7F\xE6\xAD\xA3"sv;
    constexpr std::array<std::string_view, 5> messages{
        "正确", "", "卡号不存在", "a message, quoted",
        "one that is too long to be copied at once, and a bit more"};
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (const auto format : all_formats) {
        std::mt19937 random(seed);
        maker_test test(format);
        std::size_t usual = 0;
        std::uint64_t line = 1;
        for (int round = 0; round < 50'000; ++round) {
            std::array<std::string, 5> texts;
            const auto longest = random() % 4 == 0 ? 60U : 24U;
            for (auto& text : texts)
                text.assign(random() % 8 == 0 ? random() % longest : 8 + random() % 17, '7');
            if (random() % 2 == 0) texts[4] = "0";
            auto& one = texts[random() % texts.size()];
            for (auto odd_ones = random() % 8; odd_ones > 6 && !one.empty(); --odd_ones)
                one[random() % one.size()] = alphabet[random() % alphabet.size()];
            const auto message = messages[random() % 3 == 0 ? random() % messages.size() : 0];
            line = random() % 8 == 0 ? random() >> (random() % 32) : line + 1;
            card::card_outcome row{line,
                                   texts[0],
                                   card::all_card_kinds[random() % 3],
                                   static_cast<card::outcome_kind>(random() % card::outcome_kind_count),
                                   texts[1],
                                   texts[2],
                                   texts[3],
                                   texts[4],
                                   message};
            if (random() % 8 == 0) row.kind.reset();
            // One text, as where the ICCID was asked, or a part of it.
            if (random() % 2 == 0) row.iccid = row.number.substr(0, random() % 8 == 0 ? 9 : row.number.npos);
            test.expect_general(row, random() % 8 == 0 ? "front,"sv : ""sv);
            if (testing::Test::HasFatalFailure()) return;
            if (test.was_usual()) ++usual;
        }
        const bool is_quick = format == output_format::csv || format == output_format::ndjson;
        EXPECT_EQ(usual > 10'000, is_quick) << usual;
    }
}

}  // namespace
}  // namespace cardresolver::sink
