// Proves row IN1 of reliability.md's fault matrix for CSV lists.
#include "source/csv_parser.hpp"

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
using records = std::vector<seen_record>;

constexpr auto unreadable = invalid_reason::unreadable_record;

seen_list parse(std::string_view text, std::size_t column = 1, bool has_header = false) {
    return parse_all_ways(text, [=] { return csv_parser({',', column, has_header}); });
}

TEST(csv_parser, gives_the_wanted_field_of_every_record) {
    struct row {
        std::string_view text;
        records seen;
        std::uint64_t lines;
    };
    const std::array rows{
        row{"", {}, 0},
        row{"a,b,c\n", {{1, "b"}}, 1},
        row{"a,b\r\nc,d\r\n", {{1, "b"}, {2, "d"}}, 2},
        row{"a,b\nc,d", {{1, "b"}, {2, "d"}}, 2},
        row{"a,b\r", {{1, "b"}}, 1},
        row{"a,\"b\"\r\n", {{1, "b"}}, 1},
        row{"a,\"b\"", {{1, "b"}}, 1},
        row{"\"x,y\",\"b\"\"c\"\nc,d\n", {{1, "b\"c"}, {2, "d"}}, 2},
        row{"\"x\ny\",b\nc,d\n", {{1, "b"}, {3, "d"}}, 3},
        row{"a,\"b\r\nc\"\r\nd,e\r\n", {{1, "b\r\nc"}, {3, "e"}}, 3},
        row{"a,\"b\"c,d\n", {{1, "bc"}}, 1},
        row{"5\" disk,b\nc,d\"e\n", {{1, "b"}, {2, "d\"e"}}, 2},
        row{"a,=\"b\"\n", {{1, "=\"b\""}}, 1},
        row{"a,\"\"\n", {{1, ""}}, 1},
        row{"a,\"\n\"\n", {{1, "\n"}}, 2},
        row{"\n \t\r\na,b\n\n", {{3, "b"}}, 4},
        row{"a\nb,\n,\n", {{1, ""}, {2, ""}, {3, ""}}, 3},
        row{"\"\"\n", {{1, ""}}, 1},
        row{"a,b\0c\n"sv, {{1, std::string("b\0c"sv)}}, 1},
    };
    for (const auto& one : rows) {
        const auto seen = parse(one.text);
        EXPECT_EQ(seen.records, one.seen) << card::escape_raw(one.text);
        EXPECT_EQ(seen.lines, one.lines) << card::escape_raw(one.text);
    }
}

TEST(csv_parser, gives_no_record_for_the_header) {
    EXPECT_EQ(parse("\nx,number\n1,2\n", 1, true).records, (records{{3, "2"}}));
    EXPECT_EQ(parse("x,\"num\nber\"\n1,2\n", 1, true).records, (records{{3, "2"}}));
    EXPECT_EQ(parse("x,number", 1, true).records, (records{}));
    EXPECT_EQ(parse("number,\"x\n1,2\n3,4\n", 0, true).records, (records{{2, "1"}, {3, "3"}}));
}

TEST(csv_parser, in1_loses_one_line_alone_to_a_quote_that_never_ends) {
    EXPECT_EQ(parse("a,\"b\nc,d\ne,f\n").records, (records{{1, "a,\"b", unreadable}, {2, "d"}, {3, "f"}}));
    EXPECT_EQ(parse("a,b\nc,\"d").records, (records{{1, "b"}, {2, "c,\"d", unreadable}}));
    EXPECT_EQ(parse("a,b\nc,\"d").lines, 2U);
    EXPECT_EQ(parse("a,b\n\"").records, (records{{1, "b"}, {2, "\"", unreadable}}));
}

TEST(csv_parser, in1_sees_that_a_stray_quote_pairs_with_one_that_opens_a_field) {
    EXPECT_EQ(parse("a,\"b\nc,\"d\"\ne,f\n").records,
              (records{{1, "a,\"b", unreadable}, {2, "d"}, {3, "f"}}));
    EXPECT_EQ(parse("\"a\",\"b\n\"c\",\"d\"\n").records, (records{{1, "\"a\",\"b", unreadable}, {2, "d"}}));
    EXPECT_EQ(parse("a,\"b\n\"\rc,d\n").records,
              (records{{1, "a,\"b", unreadable}, {2, "\"\rc,d", unreadable}}));
    EXPECT_EQ(parse("a,\"b\n\"\r").records, (records{{1, "b\n"}}));
}

TEST(csv_parser, in1_reads_on_after_a_record_that_is_too_long) {
    const auto make = [](std::size_t length) {
        return "a,\"b\n" + std::string(length - 6, 'x') + "\"\nc,d\n";
    };
    const auto parse_in_pieces = [](const std::string& text, std::size_t size) {
        csv_parser parser({',', 1, false});
        return parse_pieces(parser, cut_every(text, size));
    };
    for (const std::size_t size : {1000U, 65535U, 65536U, 65537U, 65538U, 200000U}) {
        const auto fits = parse_in_pieces(make(max_record_length), size);
        ASSERT_EQ(fits.records.size(), 2U) << size;
        EXPECT_EQ(fits.records[0].problem, invalid_reason::none);
        EXPECT_EQ(fits.records[1], (seen_record{3, "d"}));
        const auto exceeds = parse_in_pieces(make(max_record_length + 1), size);
        EXPECT_EQ(exceeds.records, (records{{1, "a,\"b", unreadable}, {2, ""}, {3, "d"}})) << size;
        EXPECT_LE(exceeds.most_held_back, max_record_length + 1);
    }
}

TEST(csv_parser, in1_reads_on_after_a_line_that_is_too_long) {
    const std::string line(max_record_length + 5000, 'x');
    const auto text = "a,b\n" + line + "\nc,d\n" + line;
    const std::string kept(kept_of_unread_record, 'x');
    for (const std::size_t size : {999U, 65536U, 66000U, 1000000U}) {
        csv_parser parser({',', 1, false});
        const auto seen = parse_pieces(parser, cut_every(text, size));
        EXPECT_EQ(seen.records, (records{{1, "b"}, {2, kept, unreadable}, {3, "d"}, {4, kept, unreadable}}))
            << size;
        EXPECT_EQ(seen.lines, 4U);
    }
}

/// Every line of this list opens a quote and closes that of the line before: read naively, each of its lines
/// would cost a look at the next 64 KiB.
TEST(csv_parser, in1_reads_a_list_of_broken_records_in_linear_time) {
    std::string text;
    constexpr std::size_t lines = 400'000;
    for (std::size_t i = 0; i < lines; ++i)
        text += "a\",\"\n";
    for (const std::size_t size : {4096U, 65536U}) {
        csv_parser parser({',', 1, false});
        const auto seen = parse_pieces(parser, cut_every(text, size));
        ASSERT_EQ(seen.records.size(), lines);
        ASSERT_EQ(seen.lines, lines);
        for (std::size_t i = 0; i < lines; ++i) {
            ASSERT_EQ(seen.records[i], (seen_record{i + 1, "a\",\"", unreadable})) << i;
        }
    }
}

TEST(csv_parser, trusts_quotes_again_after_the_broken_part) {
    std::string text;
    for (int i = 0; i < 40'000; ++i)
        text += "a\",\"\n";
    text += "\"" + std::string(2 * max_record_length, '\n');
    text += "a,\"b\nc\"\n";
    csv_parser parser({',', 1, false});
    const auto seen = parse_pieces(parser, cut_every(text, 65536));
    ASSERT_FALSE(seen.records.empty());
    EXPECT_EQ(seen.records.back().field, "b\nc");
    EXPECT_EQ(seen.records.back().problem, invalid_reason::none);
}

/// What the rules say, without any thought of speed: reads character by character, all of the list at hand.
class naive_reader {
public:
    explicit naive_reader(std::string text) : text_(std::move(text)) {}

    records read(std::size_t column) {
        records out;
        while (position_ < text_.size()) {
            const auto begin = position_;
            const auto line = line_;
            std::vector<std::string> fields;
            if (!read_record(fields)) {
                const auto end = std::min(text_.find('\n', begin), text_.size());
                out.push_back({line, text_.substr(begin, end - begin), unreadable});
                position_ = end + 1;
                line_ = line + 1;
                continue;
            }
            const auto raw = text_.substr(begin, position_ - begin);
            if (card::trim_blanks(raw).empty()) continue;
            out.push_back({line, column < fields.size() ? fields[column] : ""});
        }
        return out;
    }

private:
    bool read_record(std::vector<std::string>& fields) {
        for (;;) {
            fields.emplace_back();
            if (!read_field(fields.back())) return false;
            const bool is_end = position_ >= text_.size() || text_[position_] == '\n';
            ++position_;
            if (!is_end) continue;
            ++line_;
            const auto last = std::min(position_ - 1, text_.size());
            if (last > 0 && text_[last - 1] == '\r' && !fields.back().empty() &&
                fields.back().back() == '\r') {
                fields.back().pop_back();
            }
            return true;
        }
    }

    bool read_field(std::string& field) {
        if (position_ < text_.size() && text_[position_] == '"') {
            const auto line = line_;
            for (++position_;; ++position_) {
                if (position_ >= text_.size()) return false;
                if (text_[position_] == '"') {
                    ++position_;
                    if (position_ >= text_.size() || text_[position_] != '"') break;
                }
                if (text_[position_] == '\n') ++line_;
                field.push_back(text_[position_]);
            }
            if (line_ != line && !is_end_of_field()) return false;
        }
        while (position_ < text_.size() && text_[position_] != ',' && text_[position_] != '\n') {
            field.push_back(text_[position_++]);
        }
        return true;
    }

    bool is_end_of_field() const {
        const auto rest = text_.substr(std::min(position_, text_.size()));
        return rest.empty() || rest[0] == ',' || rest[0] == '\n' || rest == "\r" ||
               rest.substr(0, 2) == "\r\n";
    }

    std::string text_;
    std::size_t position_ = 0;
    std::uint64_t line_ = 1;
};

TEST(csv_parser, agrees_with_a_naive_reading_of_generated_lists) {
    constexpr std::string_view alphabet = "01ab,,\"\"\" \r\n\n";
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 10'000; ++round) {
        std::string text(random() % 24, '\0');  // too short for the reading line by line to set in
        for (char& c : text)
            c = alphabet[random() % alphabet.size()];
        const std::size_t column = random() % 3;
        ASSERT_EQ(parse(text, column).records, naive_reader(text).read(column)) << card::escape_raw(text);
    }
}

/// Usual records, among them others, cut at any place: most of it goes the short way.
TEST(csv_parser, agrees_with_a_naive_reading_of_lists_of_numbers) {
    constexpr std::array lines{"1,898602B2221430000006,a device of some kind,0"sv,
                               "2,460040260908676,,\r"sv,
                               "3,\"898602B2221430000006\",\"a \"\"device\"\"\",0"sv,
                               "only one"sv,
                               ",898602B2221430000006"sv,
                               " ,898602B2221430000006"sv,
                               ","sv,
                               ""sv,
                               " \t"sv,
                               "4,\"a\nb\",c"sv,
                               "\r"sv,
                               "5\"disk,1064826090209"sv,
                               "\"6\",\"a,\nb\",c"sv,
                               "\"7\",\"898602B2221430000006\"\r"sv,
                               "\"8\",\"898602B2,2\",\"\""sv,
                               "\"\",\"\"\"\"x"sv,
                               "9,\"898602B2\" x,1"sv};
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (auto count = random() % 14; count > 0; --count) {
            text += lines[random() % (random() % 3 == 0 ? lines.size() : 2)];
            text += '\n';
        }
        for (auto changes = random() % 3; changes > 0 && !text.empty(); --changes)
            text[random() % text.size()] = "\n\r ,;\"\x80"[random() % 7];
        if (!text.empty() && random() % 2 == 0) text.pop_back();
        const std::size_t column = random() % 3;
        const auto expected = naive_reader(text).read(column);
        for (const std::size_t size : {1 + random() % 100, text.size() + 1}) {
            csv_parser parser({',', column, false});
            ASSERT_EQ(parse_pieces(parser, cut_every(text, size)).records, expected)
                << card::escape_raw(text) << " by " << size;
        }
    }
}

TEST(csv_parser, keeps_whole_records_where_it_is_told_to) {
    csv_layout layout;
    layout.column = 1;
    layout.has_header = true;
    const auto seen = parse_all_ways("a,b\r\n\"x\ny\",\"1\"\"2\"\r\n\n,3,4\nz\n\"open,5\n6",
                                     [&layout] { return csv_parser(layout, 0, true); });
    EXPECT_EQ(seen.records, (records{{2, "1\"2", {}, "\"x\ny\",\"1\"\"2\""},
                                     {5, "3", {}, ",3,4"},
                                     {6, "", {}, "z"},
                                     {7, "\"open,5", unreadable, ""},
                                     {8, "", {}, "6"}}));
}

}  // namespace
}  // namespace cardresolver::source
