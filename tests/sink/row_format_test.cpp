#include "sink/row_format.hpp"

#include "card/canonical.hpp"
#include "sink/row_parser.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::sink {
namespace {

using namespace std::string_view_literals;
using card::card_kind;
using card::card_outcome;
using card::outcome_kind;

std::string row_of(output_format format, const card_outcome& row) {
    std::string out;
    append_row(out, format, row);
    return out;
}

card_outcome resolved_row() {
    return {7,
            "898600D6991330004146",
            card_kind::iccid,
            outcome_kind::resolved,
            "898600D6991330004146",
            "1440012345678",
            "460001234567890",
            "0",
            "正确"};
}

card_outcome invalid_row(std::string_view number, std::string_view message) {
    return {std::numeric_limits<std::uint64_t>::max(),
            number,
            std::nullopt,
            outcome_kind::invalid,
            {},
            {},
            {},
            {},
            message};
}

TEST(row_format, starts_csv_with_a_header_and_ndjson_with_nothing) {
    std::string out;
    append_header(out, output_format::ndjson);
    EXPECT_EQ(out, "");
    append_header(out, output_format::csv);
    EXPECT_EQ(out, "line,number,kind,outcome,iccid,msisdn,imsi,status,message\n");
}

TEST(row_format, writes_a_row) {
    EXPECT_EQ(
        row_of(output_format::csv, resolved_row()),
        "7,898600D6991330004146,iccid,resolved,898600D6991330004146,1440012345678,460001234567890,0,正确\n");
    EXPECT_EQ(row_of(output_format::ndjson, resolved_row()),
              "{\"line\":7,\"number\":\"898600D6991330004146\",\"kind\":\"iccid\",\"outcome\":\"resolved\","
              "\"iccid\":\"898600D6991330004146\",\"msisdn\":\"1440012345678\",\"imsi\":\"460001234567890\","
              "\"status\":\"0\",\"message\":\"正确\"}\n");
}

TEST(row_format, leaves_unknown_fields_empty_in_csv_and_null_in_ndjson) {
    const auto row = invalid_row("x", "no number");
    EXPECT_EQ(row_of(output_format::csv, row), "18446744073709551615,x,,invalid,,,,,no number\n");
    EXPECT_EQ(row_of(output_format::ndjson, row),
              "{\"line\":18446744073709551615,\"number\":\"x\",\"kind\":null,\"outcome\":\"invalid\","
              "\"iccid\":null,"
              "\"msisdn\":null,\"imsi\":null,\"status\":\"\",\"message\":\"no number\"}\n");
}

TEST(row_format, quotes_and_escapes_where_it_must) {
    struct text {
        std::string_view plain, csv, json;
    };
    constexpr std::array texts{
        text{"", "", "\"\""},
        text{"a b", "a b", "\"a b\""},
        text{"a,b", "\"a,b\"", "\"a,b\""},
        text{"say \"hi\"", "\"say \"\"hi\"\"\"", "\"say \\\"hi\\\"\""},
        text{"a\nb", "\"a\nb\"", "\"a\\nb\""},
        text{"a\r", "\"a\r\"", "\"a\\r\""},
        text{"a\tb", "a\tb", "\"a\\tb\""},
        text{"\\x00", "\\x00", "\"\\\\x00\""},
        text{"\0\x1B[m\x7F"sv, "\xEF\xBF\xBD\xEF\xBF\xBD[m\xEF\xBF\xBD", "\"\\u0000\\u001b[m\\u007f\""},
        text{"\xFFz\xE5\x8F", "\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD",
             "\"\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\""},
        text{"号,", "\"号,\"", "\"号,\""},
    };
    for (const auto& one : texts) {
        const auto row = invalid_row("x", one.plain);
        EXPECT_EQ(row_of(output_format::csv, row),
                  "18446744073709551615,x,,invalid,,,,," + std::string(one.csv) + "\n");
        const auto json = row_of(output_format::ndjson, row);
        EXPECT_NE(json.find("\"message\":" + std::string(one.json) + "}"), std::string::npos) << json;
    }
}

/// What a reader must get for `text`: the same where it is clean.
std::string clean(std::string_view text, bool keeps_controls) {
    std::string out;
    while (!text.empty()) {
        std::size_t length = 1;
        while (length <= std::min<std::size_t>(4, text.size()) && !is_utf8(text.substr(0, length)))
            ++length;
        const auto character = text.substr(0, length);
        const auto c = character.front();
        const bool is_good = length <= 4 && length <= text.size() && is_utf8(character);
        const bool is_control = (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == '\x7F';
        out.append(is_good && (keeps_controls || !is_control) ? character : "\xEF\xBF\xBD"sv);
        text.remove_prefix(is_good ? length : 1);
    }
    return out;
}

TEST(row_format, ha14_gives_well_formed_rows_for_any_bytes) {
    constexpr std::string_view alphabet =
        "a1,;\"\\\n\r\t\0\x1B\x7F{}:=\xE5\x8F\xB7\xF0\x9F\x98\x80\xFF\xC2"sv;
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::string> texts(6);
        for (auto& text : texts) {
            text.resize(random() % 28);
            for (char& c : text)
                c = alphabet[random() % alphabet.size()];
        }
        const card_outcome row{random(), texts[0], card_kind::imsi, outcome_kind::refused, texts[1], texts[2],
                               texts[3], texts[4], texts[5]};
        const auto csv = row_of(output_format::csv, row);
        ASSERT_TRUE(is_utf8(csv));
        const std::vector<std::string> fields{std::to_string(row.line),
                                              clean(texts[0], false),
                                              "imsi",
                                              "refused",
                                              clean(texts[1], false),
                                              clean(texts[2], false),
                                              clean(texts[3], false),
                                              clean(texts[4], false),
                                              clean(texts[5], false)};
        ASSERT_EQ(parse_csv_row(csv), fields) << card::escape_raw(csv);
        const auto json = row_of(output_format::ndjson, row);
        ASSERT_TRUE(is_utf8(json));
        const auto members = json_row_parser(json).parse();
        ASSERT_EQ(members.size(), 9U);
        EXPECT_EQ(members[0].second, "#" + std::to_string(row.line));
        EXPECT_EQ(members[1].second, clean(texts[0], true));
        EXPECT_EQ(members[4].second, texts[1].empty() ? json_value() : clean(texts[1], true));
        EXPECT_EQ(members[7].second, clean(texts[4], true));
        EXPECT_EQ(members[8].second, clean(texts[5], true));
    }
}

/// Long fields are looked at eight bytes at a time.
TEST(row_format, treats_every_byte_alike_wherever_it_stands) {
    for (unsigned value = 0; value < 256; ++value) {
        const std::string byte(1, static_cast<char>(value));
        for (std::size_t at = 0; at < 20; ++at) {
            auto text = std::string(20, 'a');
            text.replace(at, 1, byte);
            auto row = resolved_row();
            row.status = text;
            const auto fields = parse_csv_row(row_of(output_format::csv, row));
            ASSERT_EQ(fields.size(), 9U) << value << " at " << at;
            ASSERT_EQ(fields[7], clean(text, false)) << value << " at " << at;
            const auto members = json_row_parser(row_of(output_format::ndjson, row)).parse();
            ASSERT_EQ(members[7].second, clean(text, true)) << value << " at " << at;
        }
    }
}

TEST(format_of, goes_by_the_extension) {
    EXPECT_EQ(format_of("out.csv"), output_format::csv);
    EXPECT_EQ(format_of("dir.x/OUT.CSV"), output_format::csv);
    EXPECT_EQ(format_of("out.ndjson"), output_format::ndjson);
    EXPECT_EQ(format_of("out.jsonl.gz"), output_format::ndjson);
    EXPECT_EQ(format_of("out.csv.gz"), output_format::csv);
    EXPECT_EQ(format_of("out.NDJSON.zst"), output_format::ndjson);
    EXPECT_EQ(format_of("out.gz"), std::nullopt);
    EXPECT_EQ(format_of("out.gz.csv"), output_format::csv);
    EXPECT_EQ(format_of("out"), std::nullopt);
    EXPECT_EQ(format_of(".csv"), std::nullopt);
    EXPECT_EQ(format_of("-"), std::nullopt);
    EXPECT_EQ(format_of(""), std::nullopt);
}

TEST(row_format, rows_begin_with_what_they_are_told_to) {
    for (const auto format : {output_format::csv, output_format::spreadsheet_csv}) {
        card::card_outcome row;
        std::string plain;
        append_header(plain, format);
        append_row(plain, format, row);
        const auto line_end = plain.find('\n') + 1;
        std::string kept;
        append_header(kept, format, "a,\"b,c\",");
        append_row(kept, format, row, "1,\"2\n\",");
        EXPECT_EQ(kept, "a,\"b,c\"," + plain.substr(0, line_end) + "1,\"2\n\"," + plain.substr(line_end));
    }
    card::card_outcome row;
    std::string out;
    append_row(out, output_format::ndjson, row, "\"a\":[1],");
    EXPECT_TRUE(out.starts_with("{\"a\":[1],\"line\":0,")) << out;
}

TEST(row_format, names_its_columns) {
    std::string joined;
    for (const auto name : row_columns)
        joined.append(name).append(",");
    joined.back() = '\n';
    std::string header;
    append_header(header, output_format::csv);
    EXPECT_EQ(header, joined);
}

TEST(row_format, json_is_passed_on_as_it_is_but_for_broken_characters) {
    std::string out;
    append_well_formed(out, "{\"\\u0000\": [1.50,\r\"é\xFF\"]}");
    EXPECT_EQ(out, "{\"\\u0000\": [1.50,\r\"é\uFFFD\"]}");
}

}  // namespace
}  // namespace cardresolver::sink
