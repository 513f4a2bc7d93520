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
        body_case{R"({"status":""})", -1}, body_case{R"({"status":null})", -1},
        body_case{R"({"status":{"status":"0"}})", -1}, body_case{R"({"status":["0"]})", -1},
        body_case{R"({"message":"m"})", -1}, body_case{"<html><body>maintenance</body></html>", -1},
        body_case{"{\"status\":\"0\",\"message\":\"\xFF\xFE\"}", 0},
        body_case{R"({"status":"0","message":")" + std::string(max_reply_string + 1, 'x') + "\"}", -1},
        body_case{R"({"status":)" + std::string(max_reply_string + 1, '1') + "}", -1},
        body_case{R"({"status":"0","x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}",
                  -1}));

TEST(reply_decoder, JS1_takes_no_prefix_of_the_documents_sample_for_a_reply) {
    const std::string whole = documents_sample;
    const auto end = whole.rfind('}') + 1;
    reply_decoder decoder;
    for (std::size_t length = 0; length < end; ++length) {
        EXPECT_EQ(decoder.decode(whole.substr(0, length)), nullptr) << length;
    }
    EXPECT_NE(decoder.decode(whole.substr(0, end)), nullptr);
}

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

/// `pieces` times the same member or element, each with its place in it.
std::string repeated(std::size_t pieces, const std::string& before, const std::string& after) {
    std::string text;
    for (std::size_t i = 0; i < pieces; ++i)
        text.append(i == 0 ? "" : ",").append(before).append(std::to_string(i)).append(after);
    return text;
}

TEST(reply_decoder, JS3_refuses_a_million_keys_a_million_items_and_long_texts) {
    reply_decoder decoder;
    const auto is_taken = [&](const std::string& member) {
        return decoder.decode(R"({"status":"0",)" + member + "}") != nullptr;
    };
    EXPECT_FALSE(is_taken(repeated(1'000'000, "\"k", "\":0")));
    EXPECT_FALSE(is_taken("\"x\":{" + repeated(1'000'000, "\"k", "\":0") + "}"));
    EXPECT_FALSE(is_taken("\"result\":[" + repeated(1'000'000, "{\"iccid\":", "}") + "]"));
    EXPECT_FALSE(is_taken("\"x\":[" + repeated(1'000'000, "", "") + "]"));
    const std::string long_text(100'000, 'x');
    EXPECT_FALSE(is_taken(R"("message":")" + long_text + "\""));
    EXPECT_FALSE(is_taken(R"("x":")" + long_text + "\""));
    EXPECT_FALSE(is_taken("\"" + long_text + "\":0"));
    EXPECT_FALSE(is_taken(R"("message":")" + std::string(100'000, '\\') + "\"")) << "pieces count together";
    EXPECT_TRUE(is_taken(R"("message":")" + std::string(max_reply_string, 'x') + "\""));
    EXPECT_FALSE(decoder.decode(std::string(1'000'000, ' ')));
}

TEST(reply_decoder, JS5_knows_keys_in_any_case_and_passes_over_the_unknown) {
    reply_decoder decoder;
    const auto* reply = decoder.decode(
        R"({"\u0052esult":[{"ImSi":"2","iccid ":"9","iccids":"8","ICCID":"1","Status":"0","x":{"status":"5"}}],)"
        R"("resultat":{"iccid":"7"},"sTaTuS":"0","status_code":"1","Message":"m"})");
    ASSERT_NE(reply, nullptr);
    EXPECT_EQ(reply->status, "0");
    EXPECT_EQ(reply->message, "m");
    ASSERT_EQ(reply->items.size(), 1U);
    EXPECT_EQ(reply->items[0].iccid, "1");
    EXPECT_EQ(reply->items[0].imsi, "2");
    EXPECT_EQ(reply->items[0].status, "0");
}

TEST(reply_decoder, JS5_refuses_keys_that_contradict_each_other) {
    reply_decoder decoder;
    for (const char* body : {R"({"status":"0","status":"25"})", R"({"status":"0","STATUS":25})",
                             R"({"status":"0","message":"","message":"m"})",
                             R"({"status":"0","result":[{"iccid":"1","Iccid":"2"}]})",
                             R"({"status":"0","result":[{"status":0,"status":1}]})",
                             R"({"status":"0","result":[{"iccid":"1"}],"result":[{"iccid":"2"}]})",
                             R"({"status":"0","result":[],"RESULT":{"iccid":"2"}})"}) {
        EXPECT_EQ(decoder.decode(body), nullptr) << body;
    }
    for (const char* body : {R"({"status":"0","STATUS":0})", R"({"status":null,"status":"0"})",
                             R"({"status":"0","result":null,"result":[],"result":null})"}) {
        EXPECT_NE(decoder.decode(body), nullptr) << body;
    }
}

/// Keys are compared with five names and never kept, so there is no table in which they could collide; and
/// how many there are is bounded for an object, an array and thereby a reply.
TEST(reply_decoder, JS7_keeps_no_keys_and_bounds_their_number) {
    constexpr std::size_t most_keys = 1000;
    reply_decoder decoder;
    const auto with = [](std::size_t keys, const std::string& key) {
        return R"({"status":"0","result":[{)" + repeated(keys - 1, "\"" + key, "\":0") + R"(,"iccid":"1"}]})";
    };
    for (const std::string key : {"status", "Aa", "\\u0000", "iccid iccid iccid iccid iccid"}) {
        const auto body = with(most_keys, key);
        const auto* reply = decoder.decode(body);
        ASSERT_NE(reply, nullptr) << key;
        EXPECT_EQ(reply->items[0].iccid, "1");
        EXPECT_EQ(decoder.decode(with(most_keys + 1, key)), nullptr) << key;
    }
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
