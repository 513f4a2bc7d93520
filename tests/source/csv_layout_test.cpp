#include "source/csv_layout.hpp"

#include "source/csv_scan.hpp"
#include "source/input.hpp"
#include "source/record.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::source {
namespace {

TEST(find_layout, finds_delimiter_header_and_column) {
    struct row {
        std::string_view record;
        std::string column;
        char delimiter;
        std::size_t position;
        bool has_header;
    };
    const std::array rows{
        row{"number", "", ',', 0, true},
        row{"name,number", "", ',', 1, true},
        row{"name;NUMBER ;x", "", ';', 1, true},
        row{"name\t\"Iccid\"", "", '\t', 1, true},
        row{"msisdn,imsi,iccid", "", ',', 2, true},
        row{"msisdn,imsi", "", ',', 1, true},
        row{"msisdn,number,iccid", "", ',', 1, true},
        row{"iccid,iccid", "", ',', 0, true},
        row{"a,b;number", "", ';', 1, true},
        row{"\"last, first\";\"a, b\";number", "", ';', 2, true},
        row{"a,iccid,SIM No", "sim no", ',', 2, true},
        row{"a,\"the \"\"card\"\"\",c", "the \"card\"", ',', 1, true},
        row{"13800138000", "", ',', 0, false},
        row{"x,13800138000,460001234567890", "", ',', 1, false},
        row{"x;=\"13800138000\";1,5", "", ';', 1, false},
        row{"iccid,13800138000", "", ',', 1, false},
        row{"8986001234567890123,number", "", ',', 0, false},
        row{"+8613800138000\tx", "", '\t', 0, false},
    };
    for (const auto& one : rows) {
        const auto layout = find_layout(one.record, one.column);
        EXPECT_EQ(layout.delimiter, one.delimiter) << one.record;
        EXPECT_EQ(layout.column, one.position) << one.record;
        EXPECT_EQ(layout.has_header, one.has_header) << one.record;
    }
}

std::string complaint_of(std::string_view record, const std::string& column) {
    try {
        find_layout(record, column);
    } catch (const input_error& error) {
        EXPECT_EQ(error.kind, input_error::error_kind::unusable);
        return error.what();
    }
    return "no complaint";
}

TEST(find_layout, lists_the_columns_where_none_fits) {
    EXPECT_EQ(complaint_of("name;\"SIM no\"; x", ""),
              "no column is named number, iccid, imsi or msisdn; there are 'name', 'SIM no', 'x'; name the "
              "one with "
              "the numbers by --column");
    EXPECT_EQ(complaint_of("name,iccid", "card"), "there is no column 'card'; there are 'name', 'iccid'");
    EXPECT_EQ(
        complaint_of("x,13800138000", "iccid"),
        "there is no column 'iccid': the first record holds a card number, so the list has no header; its "
        "fields are 'x', '13800138000'");
}

TEST(find_layout, shows_hostile_names_printable_and_not_all_of_many) {
    EXPECT_EQ(complaint_of("a\x1B[31m,b", "c"), "there is no column 'c'; there are 'a\xEF\xBF\xBD[31m', 'b'");
    std::string many(1000, ',');
    EXPECT_LT(complaint_of(many, "").size(), 300U);
    EXPECT_LT(complaint_of(std::string(5000, 'n'), "").size(), 300U);
}

TEST(find_first_record, waits_for_its_end_and_skips_blank_lines) {
    using found = std::optional<std::string_view>;
    EXPECT_EQ(find_first_record("", false), found());
    EXPECT_EQ(find_first_record("", true), found(""));
    EXPECT_EQ(find_first_record("\n \r\n", false), found());
    EXPECT_EQ(find_first_record("\n \r\n", true), found(""));
    EXPECT_EQ(find_first_record("\n a,b", false), found());
    EXPECT_EQ(find_first_record("\n a,b", true), found(" a,b"));
    EXPECT_EQ(find_first_record("a,b\r\nc", false), found("a,b"));
    EXPECT_EQ(find_first_record("a;\"b\nc\"\nd", false), found("a;\"b\nc\""));
    EXPECT_EQ(find_first_record("a,b\"\"c\nd", false), found("a,b\"\"c"));
    EXPECT_EQ(find_first_record("a,\"b\nc", false), found());
    EXPECT_EQ(find_first_record("a,\"b\nc", true), found("a,\"b"));
    EXPECT_EQ(find_first_record("a,\"b\n" + std::string(max_record_length, 'x'), false), found("a,\"b"));
}

TEST(split_record, unquotes_every_field) {
    using fields = std::vector<std::string>;
    EXPECT_EQ(split_record("", ','), (fields{""}));
    EXPECT_EQ(split_record("a,,b,", ','), (fields{"a", "", "b", ""}));
    EXPECT_EQ(split_record("\"a,b\",\"say \"\"hi\"\"\",\"\"", ','), (fields{"a,b", "say \"hi\"", ""}));
    EXPECT_EQ(split_record("\"a\"b,c\"d\"", ','), (fields{"ab", "c\"d\""}));
    EXPECT_EQ(split_record("\"a\"b\"c,d", ','), (fields{"ab\"c", "d"}));
    EXPECT_EQ(split_record("x,\"never,ends", ','), (fields{"x", "never,ends"}));
}

}  // namespace
}  // namespace cardresolver::source
