#include "source/ndjson_members.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {
namespace {

using members = std::vector<std::pair<std::string, std::string>>;

members split(std::string_view object) {
    std::vector<json_member> found;
    split_members(object, found);
    members seen;
    for (const auto& one : found)
        seen.emplace_back(one.name, one.value);
    return seen;
}

TEST(ndjson_members, are_given_as_they_stand_there) {
    EXPECT_EQ(split("{}"), members{});
    EXPECT_EQ(split(" { } \r"), members{});
    EXPECT_EQ(split(R"({"a":1})"), (members{{"\"a\"", "1"}}));
    EXPECT_EQ(split("\t{ \"a\" :\t89860012345678901234 , \"b\" : 1.50e+2 }\r"),
              (members{{"\"a\"", "89860012345678901234"}, {"\"b\"", "1.50e+2"}}));
    EXPECT_EQ(split(R"({"a":"","b":null,"a":true})"),
              (members{{"\"a\"", "\"\""}, {"\"b\"", "null"}, {"\"a\"", "true"}}));
}

TEST(ndjson_members, are_not_cut_within_texts_lists_and_objects) {
    EXPECT_EQ(split(R"({"a,:}\"":"b,:}\\","c":[1,{"d":"]}"},[2]],"e":{"f":{},"g":[]}})"),
              (members{{R"("a,:}\"")", R"("b,:}\\")"},
                       {"\"c\"", R"([1,{"d":"]}"},[2]])"},
                       {"\"e\"", R"({"f":{},"g":[]})"}}));
}

TEST(ndjson_members, of_what_is_no_object_are_harmless) {
    constexpr std::string_view object = R"({"a":[{"b":"c\""}],"d":1})";
    for (std::size_t length = 0; length <= object.size(); ++length)
        split(object.substr(0, length));
    for (const std::string_view text : {"", "x", "{", "{:", "}{", "{\"", "{\"\\", "{,}", "]]"})
        split(text);
}

}  // namespace
}  // namespace cardresolver::source
