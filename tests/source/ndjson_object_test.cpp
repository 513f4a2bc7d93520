// Which text of a JSON object is taken for the number, and what is said where there is none (IN1, IN2, JS).
#include "source/ndjson_object.hpp"

#include "source/record.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace cardresolver::source {
namespace {

using namespace std::string_view_literals;
using card::invalid_reason;

struct found_field {
    std::string text;
    invalid_reason problem;

    friend bool operator==(const found_field&, const found_field&) = default;
};

found_field find(std::string_view line, const std::string& column = {}) {
    ndjson_object_reader reader(column);
    const auto field = reader.find(line);
    return {std::string(field.text), field.problem};
}

TEST(ndjson_object, finds_the_first_known_field_of_each_object) {
    struct row {
        std::string_view line;
        std::string text;
    };
    const std::array rows{
        row{R"({"number":"1"})", "1"},
        row{R"( { "a" : [1,{"number":"2"}] , "number" : "1" } )", "1"},
        row{R"({"msisdn":"4","imsi":"3","iccid":"2","number":"1"})", "1"},
        row{R"({"msisdn":"4","imsi":"3","iccid":"2"})", "2"},
        row{R"({"msisdn":"4","imsi":"3"})", "3"},
        row{R"({"msisdn":"4"})", "4"},
        row{R"({"number":null,"iccid":null,"msisdn":"4"})", "4"},
        row{R"({" Number ":"1"})", "1"},
        row{R"({"ICCID":"1"})", "1"},
        row{R"({"n\u0075mber":"1"})", "1"},
        row{R"({"number":""})", ""},
        row{R"({"number":null})", ""},
        row{R"({"number":"1","number":"1"})", "1"},
        row{R"({"number":"a\"b\\c\/\u0041\ud83d\ude00"})", "a\"b\\c/A\xF0\x9F\x98\x80"},
        row{R"({"x":"a\nb","number":"c\td","y":"e\u0000f"})", "c\td"},
        row{R"({"number":"1\u00002"})", std::string("1\0002"sv)},
        row{"{\"number\":\"\xFF\"}", "\xFF"},
        row{"{\"x\":\"\xFF\xFE\",\"number\":\"1\"}", "1"},
        row{"{\"number\":\"1\"}\r", "1"},
    };
    for (const auto& one : rows)
        EXPECT_EQ(find(one.line), (found_field{one.text, invalid_reason::none})) << one.line;
}

TEST(ndjson_object, takes_the_digits_of_a_number_as_they_stand_there) {
    for (const std::string digits :
         {"13800138000", "460040260908676", "89860012345678901234", "18446744073709551616", "1e400", "-0",
          "0.1000", "8.98602E+19", "123456789012345678901234567890123456789012345678901234567890"}) {
        EXPECT_EQ(find("{\"number\":" + digits + "}"), (found_field{digits, invalid_reason::none}));
        EXPECT_EQ(find("{\"x\":" + digits + ",\"number\":\"1\"}").text, "1") << digits;
    }
}

TEST(ndjson_object, takes_the_field_that_the_user_names_and_no_other) {
    constexpr auto line = R"({"number":"1","Card No":"2","inner":{"card no":"3"}})";
    EXPECT_EQ(find(line, "card no"), (found_field{"2", invalid_reason::none}));
    EXPECT_EQ(find(line, "imsi"), (found_field{line, invalid_reason::json_no_field}));
    EXPECT_EQ(find(R"({"imsi":null})", "imsi"), (found_field{"", invalid_reason::none}));
}

TEST(ndjson_object, says_why_there_is_no_number) {
    struct row {
        std::string_view line;
        invalid_reason problem;
    };
    const std::array rows{
        row{R"({})", invalid_reason::json_no_field},
        row{R"({"a":{"number":"1"},"b":["number","2"]})", invalid_reason::json_no_field},
        row{R"({"number":{"number":"1"}})", invalid_reason::json_not_text},
        row{R"({"number":["1"]})", invalid_reason::json_not_text},
        row{R"({"number":true,"iccid":"1"})", invalid_reason::json_not_text},
        row{R"({"number":"1","number":"2"})", invalid_reason::json_ambiguous},
        row{R"({"number":"1","NUMBER":2})", invalid_reason::json_ambiguous},
        row{R"({"number":"1","number":null})", invalid_reason::json_ambiguous},
        row{R"({"number":"1","number":"2","number":"2"})", invalid_reason::json_ambiguous},
        row{R"({"number":"1")", invalid_reason::json_malformed},
        row{R"({"number":"1})", invalid_reason::json_malformed},
        row{R"({"number":"1",})", invalid_reason::json_malformed},
        row{R"({'number':'1'})", invalid_reason::json_malformed},
        row{R"({"number":01})", invalid_reason::json_malformed},
        row{R"({"number":+1})", invalid_reason::json_malformed},
        row{R"({"number":NaN})", invalid_reason::json_malformed},
        row{R"({"number":"\ud83d"})", invalid_reason::json_malformed},
        row{R"({"number":"\x31"})", invalid_reason::json_malformed},
        row{R"({"number":"1"} {"number":"2"})", invalid_reason::json_malformed},
        row{R"({"number":"1"}x)", invalid_reason::json_malformed},
        row{R"(["1"])", invalid_reason::json_malformed},
        row{R"([{"number":"1"}])", invalid_reason::json_malformed},
        row{R"("13800138000")", invalid_reason::json_malformed},
        row{R"(13800138000)", invalid_reason::json_malformed},
        row{R"({)", invalid_reason::json_malformed},
        row{"{\"number\":\"1\0\"}"sv, invalid_reason::json_malformed},
        row{"{\"number\":\"1\t\"}", invalid_reason::json_malformed},
        row{"\0{\"number\":\"1\"}"sv, invalid_reason::json_malformed},
    };
    for (const auto& one : rows)
        EXPECT_EQ(find(one.line), (found_field{std::string(one.line), one.problem})) << one.line;
}

TEST(ndjson_object, reads_32_levels_and_no_deeper) {
    const auto nested = [](std::size_t levels) {
        return "{\"x\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + ",\"number\":\"1\"}";
    };
    EXPECT_EQ(find(nested(max_json_depth)).problem, invalid_reason::none);
    EXPECT_EQ(find(nested(max_json_depth + 1)).problem, invalid_reason::json_malformed);
    EXPECT_EQ(find("{\"x\":" + std::string(max_record_length / 2, '[')).problem,
              invalid_reason::json_malformed);
}

TEST(ndjson_object, remembers_nothing_of_the_last_object) {
    ndjson_object_reader reader({});
    EXPECT_EQ(reader.find(R"({"number":"a\u0062c"})").text, "abc");
    EXPECT_EQ(reader.find(R"({"x":{"y":[)").problem, invalid_reason::json_malformed);
    EXPECT_EQ(reader.find(R"({"x":1})").problem, invalid_reason::json_no_field);
    EXPECT_EQ(reader.find(R"({"iccid":"2"})").text, "2");
}

}  // namespace
}  // namespace cardresolver::source
