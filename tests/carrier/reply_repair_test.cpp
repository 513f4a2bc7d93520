#include "carrier/reply_repair.hpp"

#include <gtest/gtest.h>

namespace cardresolver::carrier {
namespace {

TEST(insert_missing_commas, puts_a_comma_behind_every_value_that_a_key_follows) {
    std::string out;
    EXPECT_TRUE(
        insert_missing_commas("{\"a\": \"25\"\n \"b\": 1 \"c\": null\"d\": {} \"e\": [] \"f\": 2}", out));
    EXPECT_EQ(out, "{\"a\": \"25\",\n \"b\": 1, \"c\": null,\"d\": {}, \"e\": [], \"f\": 2}");
}

TEST(insert_missing_commas, leaves_well_formed_text_alone) {
    for (const char* text : {R"({"a":"b","c":["d","e"],"f":{"g":1}})", R"("x \" y")", "", "  ", "[]",
                             R"(["a","b"])", R"({"a":"\\","b":"\\\""})"}) {
        std::string out;
        EXPECT_FALSE(insert_missing_commas(text, out)) << text;
        EXPECT_EQ(out, text);
    }
}

TEST(insert_missing_commas, survives_strings_that_never_end) {
    std::string out;
    EXPECT_FALSE(insert_missing_commas("{\"a", out));
    EXPECT_FALSE(insert_missing_commas("{\"a\\", out));
}

}  // namespace
}  // namespace cardresolver::carrier
