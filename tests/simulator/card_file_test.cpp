#include "simulator/card_file.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>
#include <string>

namespace cardresolver::simulator {
namespace {

using card::card_kind;

card_file read(const std::string& text) {
    std::istringstream in(text);
    return card_file::read(in);
}

std::string refusal_of(const std::string& text) {
    try {
        read(text);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

TEST(card_file, finds_a_card_by_any_of_its_numbers) {
    const auto file = read(
        "iccid,msisdn,imsi\n"
        "898602B2221430000006,1064826090209,460040260908676\n"
        "898602B2221340000878,1064826090212,460040260900788\n");
    EXPECT_EQ(file.size(), 2U);
    const auto* const card = file.find(card_kind::msisdn, "1064826090212");
    ASSERT_NE(card, nullptr);
    EXPECT_EQ(card->iccid.view(), "898602B2221340000878");
    EXPECT_EQ(file.find(card_kind::imsi, "460040260900788"), card);
    EXPECT_EQ(file.find(card_kind::iccid, "898602B2221340000878"), card);
    EXPECT_EQ(file.find(card_kind::iccid, "898602B2221340000879"), nullptr);
    EXPECT_EQ(file.find(card_kind::imsi, "1064826090212"), nullptr);
}

TEST(card_file, takes_other_columns_quotes_marks_and_blank_fields) {
    const auto file = read(
        "\xEF\xBB\xBFname,imsi,iccid,msisdn\r\n"
        "\"meter\",460040260908676,\"898602B2221430000006\",\r\n"
        "\r\n"
        "pump,,898602B2221340000878,1064826090212");
    ASSERT_EQ(file.size(), 2U);
    EXPECT_TRUE(file.find(card_kind::iccid, "898602B2221430000006")->msisdn.empty());
    EXPECT_EQ(file.find(card_kind::msisdn, ""), nullptr);
}

TEST(card_file, says_which_line_is_wrong) {
    EXPECT_EQ(refusal_of(""), "cards file, line 1: the header is missing");
    EXPECT_EQ(refusal_of("iccid,msisdn\n"), "cards file, line 1: no column imsi");
    EXPECT_EQ(refusal_of("iccid,msisdn,imsi\n\n898602b2221430000006,,\n"),
              "cards file, line 3: iccid is malformed");
    EXPECT_EQ(refusal_of("iccid,msisdn,imsi\n,1,\n,2,\n,1,\n"),
              "cards file, line 4: msisdn stands in the file already");
}

TEST(card_file, says_which_file_cannot_be_read) {
    EXPECT_THROW(card_file::load("/nonexistent/cards.csv"), std::runtime_error);
}

TEST(card_file, may_be_empty) {
    EXPECT_EQ(read("iccid,msisdn,imsi\n").find(card_kind::imsi, "1"), nullptr);
}

}  // namespace
}  // namespace cardresolver::simulator
