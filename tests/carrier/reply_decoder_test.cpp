#include "carrier/reply_decoder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cardresolver::carrier {
namespace {

/// The sample answer of the carrier's document, byte for byte: the comma behind "25" is missing.
constexpr const char* documents_sample = R"(                {
    "status":"0",
    "message":"正确",
    "result":[
        {
            "status": "0",
            "message": "正确",
            "imsi":"460040260908676",
            "msisdn":"1064826090209",
            "iccid":"898602B2221430000006"
        },
        {
            "status": "0",
            "message": "正确",
            "imsi": "460040260900788",
            "msisdn": "1064826090212",
            "iccid": "898602B2221340000878"
        },
        {
            "status": "25"
            "message": " ICCID号不是所查询的集团下的用户",
            "iccid": "89860010011631234571"
        }
    ]
}
            )";

TEST(reply_decoder, JS2_delivers_the_documents_own_sample) {
    reply_decoder decoder;
    const auto* reply = decoder.decode(documents_sample);
    ASSERT_NE(reply, nullptr);
    EXPECT_TRUE(reply->repaired);
    EXPECT_EQ(reply->status, "0");
    EXPECT_EQ(reply->message, "正确");
    ASSERT_EQ(reply->items.size(), 3U);
    EXPECT_EQ(reply->items[0].iccid, "898602B2221430000006");
    EXPECT_EQ(reply->items[0].imsi, "460040260908676");
    EXPECT_EQ(reply->items[0].msisdn, "1064826090209");
    EXPECT_EQ(reply->items[1].msisdn, "1064826090212");
    EXPECT_EQ(reply->items[2].status, "25");
    EXPECT_EQ(reply->items[2].message, "ICCID号不是所查询的集团下的用户");
    EXPECT_EQ(reply->items[2].imsi, "");
}

/// Decodes one item and gives it back as "status|message|iccid|imsi|msisdn"; "malformed" where it is.
std::string decode_item(const std::string& item) {
    reply_decoder decoder;
    const std::string body = R"({"status":"0","result":[)" + item + "]}";
    const auto* reply = decoder.decode(body);
    if (reply == nullptr) return "malformed";
    if (reply->items.size() != 1) return "items: " + std::to_string(reply->items.size());
    const auto& one = reply->items[0];
    std::string text(one.status);
    for (const auto part : {one.message, one.iccid, one.imsi, one.msisdn})
        text.append("|").append(part);
    return text;
}

struct item_case {
    const char* json;
    const char* decoded;
};

class reply_decoder_items : public testing::TestWithParam<item_case> {};

TEST_P(reply_decoder_items, are_read_as_the_field_sends_them) {
    EXPECT_EQ(decode_item(GetParam().json), GetParam().decoded);
}

INSTANTIATE_TEST_SUITE_P(
    table, reply_decoder_items,
    testing::Values(
        item_case{R"({"status":"0","message":"m","iccid":"1","imsi":"2","msisdn":"3"})", "0|m|1|2|3"},
        item_case{R"({"MSISDN":"3","Imsi":"2","ICCID":"1","MESSAGE":"m","STATUS":"0"})", "0|m|1|2|3"},
        item_case{R"({"status":0,"iccid":89860012345678901234,"imsi":460040260908676})",
                  "0||89860012345678901234|460040260908676|"},
        item_case{R"({"status":0,"iccid":8.98600123456789E19})", "0||8.98600123456789E19||"},
        item_case{R"({"status":1e400,"imsi":-0})", "1e400|||-0|"},
        item_case{R"({"status":true,"imsi":null,"msisdn":""})", "true||||"},
        item_case{R"({"status":" 0 ","iccid":"\t898602B2221430000006\u00a0"})", "0||898602B2221430000006||"},
        item_case{R"({"status":"0","extra":{"iccid":"9","deep":[{"imsi":"8"}]},"iccid":"1"})", "0||1||"},
        item_case{R"({"status":["1"],"iccid":{"status":"7"},"imsi":"2"})", "|||2|"},
        item_case{R"({"status":"0","message":"\u6b63\u786e"})", "0|正确|||"},
        item_case{R"({"status":"0","iccid":"1","iccid":"1"})", "0||1||"},
        item_case{R"({"status":"0","iccid":"1","ICCID":"2"})", "malformed"},
        item_case{R"({"status":"0" "message":"m" "iccid":"1"})", "0|m|1||"},
        item_case{R"({"status":0 "message":"m"})", "0|m|||"}, item_case{R"({})", "||||"},
        item_case{R"({"status":"0","message":"\ud800"})", "malformed"},
        item_case{R"({"status":"0",})", "malformed"}, item_case{R"({"status":0x1})", "malformed"},
        item_case{"1", "items: 0"}, item_case{"null", "items: 0"},
        item_case{"[{\"status\":\"1\"}]", "items: 0"}));

struct body_case {
    std::string body;
    int items;  ///< -1: malformed
};

class reply_decoder_bodies : public testing::TestWithParam<body_case> {};

TEST_P(reply_decoder_bodies, AP5_have_a_defined_reading) {
    reply_decoder decoder;
    const auto* reply = decoder.decode(GetParam().body);
    EXPECT_EQ(reply == nullptr ? -1 : static_cast<int>(reply->items.size()), GetParam().items)
        << GetParam().body;
}

INSTANTIATE_TEST_SUITE_P(
    table, reply_decoder_bodies,
    testing::Values(
        body_case{R"({"status":"71","message":"m"})", 0}, body_case{R"({"status":"0","result":null})", 0},
        body_case{R"({"status":"0","result":[]})", 0}, body_case{R"({"status":"0","result":"none"})", 0},
        body_case{R"({"status":"0","result":{"status":"0","iccid":"1"}})", 1},
        body_case{R"({"result":[{"status":"0"}],"status":"0"})", 1},
        body_case{"\xEF\xBB\xBF{\"status\":\"0\"}", 0}, body_case{"{\"status\":\"0\"} \r\n\t", 0},
        body_case{"{\"status\":\"0\"}x", -1}, body_case{"{\"status\":\"0\"}{\"status\":\"0\"}", -1},
        body_case{"", -1}, body_case{" ", -1}, body_case{"null", -1}, body_case{"\"0\"", -1},
        body_case{"[]", -1}, body_case{"[{\"status\":\"0\"}]", -1}, body_case{"{}", -1},
        body_case{R"({"message":"m"})", -1}, body_case{"<html><body>maintenance</body></html>", -1},
        body_case{"{\"status\":\"0\",\"message\":\"\xFF\xFE\"}", 0},
        body_case{R"({"status":"0","message":")" + std::string(max_reply_string + 1, 'x') + "\"}", -1},
        body_case{R"({"status":)" + std::string(max_reply_string + 1, '1') + "}", -1},
        body_case{R"({"status":"0","x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}",
                  -1}));

TEST(reply_decoder, JS1_takes_no_prefix_of_a_reply_for_a_reply) {
    const std::string whole = R"({"status":"0","result":[{"status":"0","iccid":"1","imsi":"2"}]})";
    reply_decoder decoder;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_EQ(decoder.decode(whole.substr(0, length)), nullptr) << length;
    }
    EXPECT_NE(decoder.decode(whole), nullptr);
}

TEST(reply_decoder, JS3_bounds_the_number_of_items) {
    const auto with_items = [](std::size_t count) {
        std::string body = R"({"status":"0","result":[)";
        for (std::size_t i = 0; i < count; ++i)
            body += i == 0 ? R"({"status":"0"})" : R"(,{"status":"0"})";
        return body + "]}";
    };
    reply_decoder decoder;
    ASSERT_NE(decoder.decode(with_items(max_reply_items)), nullptr);
    EXPECT_EQ(decoder.decode(with_items(max_reply_items + 1)), nullptr);
}

TEST(reply_decoder, forgets_the_last_reply) {
    reply_decoder decoder;
    ASSERT_NE(decoder.decode(documents_sample), nullptr);
    EXPECT_EQ(decoder.decode("{"), nullptr);
    const auto* reply = decoder.decode(R"({"status":"73"})");
    ASSERT_NE(reply, nullptr);
    EXPECT_EQ(reply->message, "");
    EXPECT_TRUE(reply->items.empty());
    EXPECT_FALSE(reply->repaired);
}

}  // namespace
}  // namespace cardresolver::carrier
