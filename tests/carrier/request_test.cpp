#include "carrier/request.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace cardresolver::carrier {
namespace {

using card::card_kind;
using card::card_number;

account sample_account() {
    return {"100001", "2300000000000001", secret("simulator")};
}

base_url sample_url() {
    base_url url;
    url.host = "api.example";
    url.path_prefix = "/gateway";
    return url;
}

std::string encode(request_method method, card_kind kind, std::span<const card_number> numbers) {
    const request_encoder encoder(sample_url(), sample_account(), method, "cardresolver/1");
    std::string bytes = "left over";
    encoder.encode(bytes, transid("1000012014101615303080000001"), kind, numbers);
    return bytes;
}

constexpr std::array two_iccids{card_number(card_kind::iccid, "898602B2221430000006"),
                                card_number(card_kind::iccid, "898602B2221340000878")};

const std::string parameters =
    "appid=100001&transid=1000012014101615303080000001&ebid=2300000000000001&token="
    "20efcb65062a66b9e50bcdbf93e2f5a3f04fec813c757272ecb97c00f53b7b2f"
    "&iccids=898602B2221430000006_898602B2221340000878";

TEST(request_encoder, gets_with_everything_in_the_query) {
    EXPECT_EQ(encode(request_method::get, card_kind::iccid, two_iccids),
              "GET /gateway/v2/batchquerycardinfo?" + parameters +
                  " HTTP/1.1\r\nHost: api.example\r\nUser-Agent: cardresolver/1\r\nAccept: "
                  "application/json\r\n\r\n");
}

TEST(request_encoder, posts_a_query_with_an_empty_body) {
    EXPECT_EQ(
        encode(request_method::post_query, card_kind::iccid, two_iccids),
        "POST /gateway/v2/batchquerycardinfo?" + parameters +
            " HTTP/1.1\r\nHost: api.example\r\nUser-Agent: cardresolver/1\r\nAccept: application/json\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(request_encoder, posts_a_form) {
    EXPECT_EQ(
        encode(request_method::post_form, card_kind::iccid, two_iccids),
        "POST /gateway/v2/batchquerycardinfo HTTP/1.1\r\nHost: api.example\r\nUser-Agent: cardresolver/1\r\n"
        "Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
            std::to_string(parameters.size()) + "\r\n\r\n" + parameters);
}

TEST(request_encoder, IN4_names_the_list_after_its_kind) {
    const std::array imsi{card_number(card_kind::imsi, "460040260908676")};
    const std::array msisdn{card_number(card_kind::msisdn, "1064826090209")};
    EXPECT_NE(encode(request_method::get, card_kind::imsi, imsi).find("&imsis=460040260908676 HTTP"),
              std::string::npos);
    EXPECT_NE(encode(request_method::get, card_kind::msisdn, msisdn).find("&msisdns=1064826090209 HTTP"),
              std::string::npos);
}

TEST(request_encoder, separates_numbers_of_any_length) {
    std::vector<card_number> numbers;
    std::string expected = "&iccids=";
    for (std::size_t i = 0; i < max_cards_per_request; ++i) {
        const auto text = std::to_string(10'000'000'000'000'000'000U + i).substr(i % card::max_number_length);
        numbers.emplace_back(card_kind::iccid, text);
        expected += (i == 0 ? "" : "_") + text;
    }
    EXPECT_NE(encode(request_method::get, card_kind::iccid, numbers).find(expected + " HTTP"),
              std::string::npos);
    const std::array shortest{card_number(card_kind::iccid, "1")};
    EXPECT_NE(encode(request_method::get, card_kind::iccid, shortest).find("&iccids=1 HTTP"),
              std::string::npos);
}

TEST(find_fault, names_what_is_missing_or_could_alter_a_request) {
    EXPECT_FALSE(find_fault(sample_account()));
    auto account = sample_account();
    account.appid = "";
    EXPECT_EQ(find_fault(account), "no appid is given");
    account.appid = std::string(27, '1');
    EXPECT_TRUE(find_fault(account));
    for (const char* hostile : {"1&ebid=2", "1 2", "1\r\n", "1%41", "1_2", "1=2", "\xC3\xA4"}) {
        account.appid = hostile;
        EXPECT_TRUE(find_fault(account)) << hostile;
    }
    account = sample_account();
    account.ebid = "a/b";
    EXPECT_TRUE(find_fault(account));
    account = sample_account();
    account.password = secret();
    EXPECT_EQ(find_fault(account), "no password is given");
}

}  // namespace
}  // namespace cardresolver::carrier
