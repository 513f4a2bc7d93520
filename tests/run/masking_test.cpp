#include "run/masking.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cardresolver::run {
namespace {

using namespace std::string_literals;

TEST(mask_number, shows_the_first_six_and_the_last_four_of_long_numbers) {
    EXPECT_EQ(mask_number("898602B2221430000006"), "898602**********0006");
    EXPECT_EQ(mask_number("460040260908676"), "460040*****8676");
    EXPECT_EQ(mask_number("1064826090209"), "106482***0209");
}

TEST(mask_number, shows_the_last_four_of_short_numbers_and_nothing_of_shorter_ones) {
    EXPECT_EQ(mask_number("106482609020"), "********9020");
    EXPECT_EQ(mask_number("10648260902"), "*******0902");
    EXPECT_EQ(mask_number("12345"), "*2345");
    EXPECT_EQ(mask_number("1234"), "****");
    EXPECT_EQ(mask_number("1"), "*");
    EXPECT_EQ(mask_number(""), "");
}

TEST(mask_number, counts_characters_of_any_text) {
    EXPECT_EQ(mask_number("卡号一二三四五"), "***二三四五");
    EXPECT_EQ(mask_number("\xFF\xFE\x80"), "***");
}

TEST(hide_numbers, hides_what_may_be_a_card_or_a_secret) {
    EXPECT_EQ(hide_numbers("no card 898602B2221430000006!", 100), "no card ********************!");
    EXPECT_EQ(hide_numbers("a=460040260908676_10648260902&b", 100), "a=***************_***********&b");
    const auto token = "f00dbeef"s + std::string(48, '7') + "cafebabe";
    EXPECT_EQ(hide_numbers("token=" + token, 100), "token=" + std::string(64, '*'));
}

TEST(hide_numbers, leaves_words_codes_and_times_alone) {
    for (const std::string text :
         {"118040196", "Internal Server Error", "2026-01-31T02:00:00", "certificate",
          "unable to get local issuer certificate", "系统忙，请稍后再试", "10.0.0.1:8443"}) {
        EXPECT_EQ(hide_numbers(text, 100), text);
    }
}

TEST(hide_numbers, judges_a_run_that_the_end_cuts_by_its_whole_length) {
    EXPECT_EQ(hide_numbers("x 898602B2221430000006", 5), "x ***");
    EXPECT_EQ(hide_numbers("898602B2221430000006", 0), "");
}

TEST(begin_of_body, HT4_shows_200_bytes_escaped) {
    EXPECT_EQ(begin_of_body("<html>\r\n\x1B[31m\xFF" + std::string(500, 'x')),
              "<html>\\x0D\\x0A\\x1B[31m\\xFF" + std::string(186, 'x'));
    EXPECT_EQ(begin_of_body(""), "");
}

TEST(begin_of_body, shows_nothing_of_what_begins_like_json) {
    EXPECT_EQ(begin_of_body(R"({"status":"0","result":[{"iccid":"898602B22214)"), "");
    EXPECT_EQ(begin_of_body("\xEF\xBB\xBF \n[{}]"), "");
}

TEST(begin_of_body, hides_the_request_that_an_error_page_repeats) {
    const auto token = std::string(32, 'a') + std::string(32, '1');
    const auto text = begin_of_body("<p>GET /v2/batchquerycardinfo?appid=A0B40MY&token=" + token +
                                    "&iccids=898602B2221430000006_898602B2221340000878</p>");
    EXPECT_EQ(text.find(token.substr(0, 8)), std::string::npos) << text;
    EXPECT_EQ(text.find("898602"), std::string::npos) << text;
    EXPECT_NE(text.find("batchquerycardinfo?appid=A0B40MY&token=****"), std::string::npos) << text;
}

}  // namespace
}  // namespace cardresolver::run
