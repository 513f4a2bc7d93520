#include "carrier/usual_reply.hpp"

#include "card/byte_word.hpp"
#include "card/text.hpp"
#include "carrier/reply_decoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace cardresolver::carrier {
namespace {

using namespace std::string_literals;

std::string printable(std::string_view body) {
    std::string text;
    card::append_escaped(text, body, 2000);
    return text;
}

/// What the items of one decoder have in common that have one shape.
class shape_check {
public:
    void expect(const reply_item& item) {
        if (item.shape == 0) return;
        const auto& first = first_of_.emplace(item.shape, common(item)).first->second;
        EXPECT_EQ(common(item), first);
    }

private:
    using parts = std::tuple<std::string, std::string, std::size_t, std::size_t, std::size_t, bool, bool>;

    static parts common(const reply_item& item) {
        return {std::string(item.status),
                std::string(item.message),
                item.iccid.size(),
                item.imsi.size(),
                item.msisdn.size(),
                card::has_digits_alone(item.imsi),
                card::has_digits_alone(item.msisdn)};
    }

    std::map<std::uint64_t, parts> first_of_;
};

/// Whether `body` is usual. Where it is, the parser must take it too, and give the same. The decoder is one
/// for all bodies: it must find the same usual as one that has learnt no shape of an item before.
bool is_usual(std::string_view body) {
    static usual_reply_decoder usual_decoder;
    static shape_check shapes;
    static reply_decoder decoder;
    const std::vector<char> exact(body.begin(), body.end());  // a look behind its end is noticed by ASan
    const std::string_view text(exact.data(), exact.size());
    const auto* usual = usual_decoder.decode(text);
    EXPECT_EQ(usual == nullptr, usual_reply_decoder().decode(text) == nullptr) << printable(body);
    if (usual == nullptr) return false;
    for (const auto& item : usual->items)
        shapes.expect(item);
    const auto* any = decoder.decode_any(text);
    EXPECT_TRUE(any != nullptr && !any->repaired) << printable(body);
    if (any == nullptr) return true;
    EXPECT_FALSE(usual->repaired);
    EXPECT_EQ(usual->status, any->status) << printable(body);
    EXPECT_EQ(usual->message, any->message) << printable(body);
    EXPECT_TRUE(std::ranges::equal(usual->items, any->items)) << printable(body);
    return true;
}

std::string with_items(std::size_t count) {
    std::string body = R"({"status":"0","result":[)";
    for (std::size_t i = 0; i < count; ++i)
        body += i == 0 ? R"({"status":"0"})" : R"(,{"status":"0"})";
    return body + "]}";
}

std::string with_message(const std::string& message) {
    return R"({"status":"0","message":")" + message + R"("})";
}

TEST(usual_reply, is_what_the_carrier_sends) {
    usual_reply_decoder decoder;
    const std::string body =
        R"({"status":"0","message":"正确","result":[)"
        R"({"status":"0","message":"正确","imsi":"460040260908676","msisdn":"1064826090209","iccid":"898602B2221430000006"},)"
        R"({"status":"25","message":" ICCID号不是所查询的集团下的用户","iccid":"89860010011631234571"}]})";
    const auto* reply = decoder.decode(body);
    ASSERT_NE(reply, nullptr);
    EXPECT_EQ(reply->status, "0");
    EXPECT_EQ(reply->message, "正确");
    EXPECT_FALSE(reply->repaired);
    ASSERT_EQ(reply->items.size(), 2U);
    EXPECT_EQ(reply->items[0],
              (reply_item{"0", "正确", "898602B2221430000006", "460040260908676", "1064826090209"}));
    EXPECT_EQ(reply->items[1],
              (reply_item{"25", "ICCID号不是所查询的集团下的用户", "89860010011631234571", "", ""}));
    EXPECT_GE(reply->items[0].iccid.data(), body.data()) << "a view, not a copy";
    EXPECT_LE(reply->items[0].iccid.data(), body.data() + body.size());
    EXPECT_TRUE(is_usual(body));
}

TEST(usual_reply, varies_in_ways_that_cost_little) {
    for (
        const std::string& body :
        {R"({"status":"0"})"s, R"({"status":"71","message":"m"})"s, R"({"status":"0","result":null})"s,
         R"({"status":"0","result":[]})"s, R"({"result":[{"status":"0"}],"status":"0"})"s,
         R"({"status":"0","result":null,"result":[{"iccid":"1"}]})"s, R"({"status":null,"status":"0"})"s,
         " \r\n\t{ \"status\" : \"0\" , \"result\" : [ { \"iccid\" : \"1\" } , { \"imsi\" :\t2 } ] } \r\n"s,
         R"({"STATUS":0,"Result":[{"ImSi":"2","ICCID":89860012345678901234,"msisdn":null}]})"s,
         R"({"status":"0","iccid":"1","x":1,"x":"2","":"","result":[{"status":"0","result":"r","y":null}]})"s,
         with_message(""), with_message(" \xC2\xA0m\xE3\x80\x80"), with_message("   "),
         with_message("\xFF\xFE"), with_message("\x7F"), with_message(std::string(max_reply_string, 'x')),
         with_items(max_reply_items)}) {
        EXPECT_TRUE(is_usual(body)) << printable(body);
    }
}

TEST(usual_reply, is_none_of_what_needs_the_parser) {
    for (const std::string& body : {""s,
                                    " "s,
                                    "null"s,
                                    "[]"s,
                                    "{}"s,
                                    "\xEF\xBB\xBF{\"status\":\"0\"}"s,
                                    R"({"status":""})"s,
                                    R"({"status":" "})"s,
                                    R"({"status":null})"s,
                                    R"({"message":"m"})"s,
                                    R"({"status":"0"}x)"s,
                                    R"({"status":"0"},)"s,
                                    "{\"status\":\"0\"}\0"s,
                                    R"({"status":"0",})"s,
                                    R"({"status":"0")"s,
                                    R"({"status":"0" "message":"m"})"s,
                                    R"({"status" "0"})"s,
                                    R"({status:"0"})"s,
                                    R"({"status":0x1})"s,
                                    R"({"status":-1})"s,
                                    R"({"status":1.0})"s,
                                    R"({"status":1e1})"s,
                                    R"({"status":01})"s,
                                    R"({"status":})"s,
                                    R"({"status":true})"s,
                                    R"({"status":nul})"s,
                                    R"({"status":nulL})"s,
                                    R"({"status":["0"]})"s,
                                    R"({"status":"0","status":"0"})"s,
                                    R"({"status":"0","status":"1"})"s,
                                    R"({"status":"0","x":{}})"s,
                                    R"({"status":"0","x":[]})"s,
                                    R"({"status":"0","result":"none"})"s,
                                    R"({"status":"0","result":0})"s,
                                    R"({"status":"0","result":{"iccid":"1"}})"s,
                                    R"({"status":"0","result":[{"iccid":"1","iccid":"2"}]})"s,
                                    R"({"status":"0","result":[],"result":[]})"s,
                                    R"({"status":"0","result":[{}]})"s,
                                    R"({"status":"0","result":[1]})"s,
                                    R"({"status":"0","result":[null]})"s,
                                    R"({"status":"0","result":[{"iccid":"1"},]})"s,
                                    R"({"status":"0","result":[{"iccid":"1"}{"iccid":"2"}]})"s,
                                    R"({"st\u0061tus":"0"})"s,
                                    with_message(R"(\n)"),
                                    with_message(R"(\u6b63)"),
                                    with_message("\n"),
                                    with_message("1234567\x1F"),
                                    with_message("1234567\0"s),
                                    with_message(std::string(max_reply_string + 1, 'x')),
                                    "{\"status\":\"0\",\"x\":" + std::string(max_reply_string + 1, '1') + "}",
                                    with_items(max_reply_items + 1)}) {
        EXPECT_FALSE(is_usual(body)) << printable(body);
    }
}

TEST(usual_reply, ends_a_text_at_the_same_byte_as_the_parser) {
    for (int byte = 0; byte < 0x100; ++byte) {
        for (std::size_t length = 0; length < 20; ++length) {
            // Among bytes that differ from one that ends a text by one, or by the highest bit.
            const auto text = "!#[]\x7F!#\xA2 \xDC\x80[]!#\xFF[]! "s.substr(0, length);
            const auto c = static_cast<char>(byte);
            const bool ends = c == '"' || c == '\\' || byte < 0x20;
            EXPECT_EQ(is_usual(with_message(text + c + "tail")), !ends) << byte << " at " << length;
        }
    }
}

TEST(usual_reply, JS1_takes_no_prefix_of_a_reply_for_a_reply) {
    const std::string whole =
        R"({"status":"0","result":[{"status":"0","iccid":"1","imsi":2,"msisdn":null}]})";
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_FALSE(is_usual(std::string_view(whole).substr(0, length))) << length;
    EXPECT_TRUE(is_usual(whole));
}

TEST(usual_reply, forgets_the_last_reply) {
    usual_reply_decoder decoder;
    ASSERT_NE(decoder.decode(with_items(3)), nullptr);
    EXPECT_EQ(decoder.decode(R"({"status":"0","message":"m","result":[{"status":"0"})"), nullptr);
    const auto* reply = decoder.decode(R"({"status":"73"})");
    ASSERT_NE(reply, nullptr);
    EXPECT_EQ(reply->status, "73");
    EXPECT_EQ(reply->message, "");
    EXPECT_TRUE(reply->items.empty());
}

/// So that nobody has to look again at what most items of a run have in common.
TEST(usual_reply, names_the_shape_of_items_that_differ_in_their_numbers) {
    const auto item = [](const char* status, const char* iccid) {
        return R"({"status":")"s + status + R"(","message":"m","iccid":")" + iccid + "\"}";
    };
    const auto body = R"({"status":"0","result":[)" + item("0", "89860000000000000001") + "," +
                      item("0", "89860000000000000002") + "," + item("2", "89860000000000000003") + "," +
                      item("2", "89860000000000000004") + "," + item("0", "89860000000000000005") + "]}";
    usual_reply_decoder decoder;
    ASSERT_NE(decoder.decode(body), nullptr);
    const auto* again = decoder.decode(body);
    ASSERT_NE(again, nullptr);
    const auto items = again->items;
    ASSERT_EQ(items.size(), 5U);
    EXPECT_NE(items[0].shape, 0U);
    EXPECT_EQ(items[1].shape, items[0].shape);
    EXPECT_NE(items[2].shape, 0U);
    EXPECT_NE(items[2].shape, items[0].shape);
    EXPECT_EQ(items[3].shape, items[2].shape);
    EXPECT_EQ(items[4].shape, items[0].shape);
    EXPECT_TRUE(is_usual(body));
}

std::string with_alike_items(std::string_view second) {
    const std::string item =
        R"({"status":"0","message":"正确","imsi":"460040260908676","iccid":"898602B2221430000006"})";
    return R"({"status":"0","result":[)" + item + "," + std::string(second) + "," + item + "]}";
}

/// Any one byte of an item that would have the shape of the one before.
TEST(usual_reply, takes_no_item_for_what_it_is_not) {
    const std::string item =
        R"({"status":"0","message":"正确","imsi":"460000000000000","iccid":"89860000000000000000"})";
    ASSERT_TRUE(is_usual(with_alike_items(item)));
    for (std::size_t at = 0; at < item.size() && !testing::Test::HasFailure(); ++at) {
        for (int byte = 0; byte < 0x100; ++byte) {
            auto other = item;
            other[at] = static_cast<char>(byte);
            is_usual(with_alike_items(other));
        }
        auto shorter = item;
        is_usual(with_alike_items(shorter.erase(at, 1)));
        auto longer = item;
        is_usual(with_alike_items(longer.insert(at, 1, '0')));
    }
}

TEST(usual_reply, JS1_takes_no_prefix_of_alike_items_for_a_reply) {
    const auto whole = with_alike_items(R"({"status":"25","message":"m","iccid":"898602B2221430000006"})");
    ASSERT_TRUE(is_usual(whole));
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_FALSE(is_usual(std::string_view(whole).substr(0, length))) << length;
}

TEST(usual_reply, has_no_more_items_of_one_shape_than_the_parser_takes) {
    const auto with_numbers = [](std::size_t count) {
        std::string items;
        for (std::size_t i = 0; i < count; ++i)
            items += (i == 0 ? "" : ",") + (R"({"iccid":")" + std::to_string(1000 + i) + "\"}");
        return R"({"status":"0","result":[)" + items + "]}";
    };
    EXPECT_TRUE(is_usual(with_numbers(max_reply_items)));
    EXPECT_FALSE(is_usual(with_numbers(max_reply_items + 1)));
}

/// Replies as carriers might send them, and some that are not quite.
class reply_generator {
public:
    explicit reply_generator(std::mt19937& random) : random_(random) {}

    /// Items like one another but for a digit here and there.
    std::string next_of_alike_items() {
        const auto item = "{" + member({"status"}, scalar()) + "," + member({"iccid"}, scalar()) + "," +
                          member({"imsi", "msisdn", "unknown"}, scalar()) + "}";
        std::string items = item;
        for (auto more = upto(4); more > 0; --more) {
            auto other = item;
            for (auto changes = upto(3); changes > 0; --changes) {
                const auto at = other.find_first_of("0123456789", upto(static_cast<unsigned>(other.size())));
                if (at != std::string::npos) other[at] = "0123456789AZ :\"\\"[mostly_below(10, 15)];
            }
            items += "," + space() + other;
        }
        auto body = R"({"status":"0","result":[)" + items + "]}";
        if (upto(7) == 0) edit(body);
        return body;
    }

    std::string next() {
        std::string members = member({"status", "STATUS"}, scalar());
        for (auto more = upto(3); more > 0; --more)
            members += "," + space() + (upto(2) == 0 ? result() : member(names, scalar()));
        auto body = space() + "{" + space() + members + "}" + space();
        for (auto edits = upto(3) == 0 ? upto(3) : 0; edits > 0; --edits)
            edit(body);
        return body;
    }

private:
    using texts = std::vector<std::string>;
    static inline const texts names{"status", "message", "iccid",   "imsi", "msisdn",
                                    "Status", "MSISDN",  "unknown", "",     R"(st\u0061tus)"};

    unsigned upto(unsigned most) { return static_cast<unsigned>(random_() % (most + 1)); }
    const std::string& one_of(const texts& choices) {
        return choices[upto(static_cast<unsigned>(choices.size() - 1))];
    }
    /// Mostly the first one: most replies are to be usual.
    const std::string& mostly_first(const texts& choices) {
        return upto(7) == 0 ? one_of(choices) : choices[0];
    }

    /// From 0 to `most`, but mostly less than `usual`.
    unsigned mostly_below(unsigned usual, unsigned most) {
        return upto(7) == 0 ? upto(most) : upto(usual - 1);
    }

    std::string space() { return mostly_first({"", " ", "\r\n", "\t  \n"}); }
    std::string member(const texts& keys, const std::string& value) {
        return "\"" + one_of(keys) + "\"" + space() + ":" + space() + value + space();
    }
    std::string scalar() {
        if (upto(11) != 0) return "\"" + text() + "\"";
        return one_of({"0", "25", "898600123456789012345", "null", "true", "-1", "01", "1.5", "[]",
                       R"({"iccid":"9"})"});
    }
    std::string text() {
        std::string made;
        for (auto pieces = upto(4); pieces > 0; --pieces)
            made +=
                mostly_first({"46004026", "正确", " ", "\xE3\x80\x80", "\xC2", "\x1F", R"(\n)", R"(\u0041)"});
        return made;
    }
    std::string result() {
        std::string items;
        for (auto count = upto(3); count > 0; --count) {
            texts keys = names;
            std::shuffle(keys.begin(), keys.end(), random_);
            std::string members;
            for (auto more = upto(4); more > 0; --more) {
                const auto& key = upto(15) == 0 ? keys.front() : keys.back();
                members += (members.empty() ? "" : ",") + space() + member({key}, scalar());
                if (keys.size() > 1) keys.pop_back();
            }
            items += (items.empty() ? "" : ",") + space() + "{" + members + "}" + space();
        }
        return "\"result\":" + mostly_first({"[" + items + "]", "null", "{}", "\"\""});
    }
    void edit(std::string& body) {
        constexpr std::string_view bytes = "{}[]\",:\\ \n01n\x80";
        const auto at = upto(static_cast<unsigned>(body.size()));
        const auto length = upto(8);
        switch (upto(3)) {
            case 0:
                body.resize(at);
                break;
            case 1:
                body.erase(at, length);
                break;
            case 2:
                body.insert(at, body.substr(at, length));
                break;
            default:
                body.insert(at, 1, bytes[upto(bytes.size() - 1)]);
                break;
        }
    }

    std::mt19937& random_;
};

TEST(usual_reply, agrees_with_the_parser_on_generated_replies) {
    constexpr int rounds = 50'000;
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    reply_generator generator(random);
    int usual = 0;
    for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round)
        usual += is_usual(round % 2 == 0 ? generator.next() : generator.next_of_alike_items()) ? 1 : 0;
    EXPECT_GT(usual, rounds / 10) << "too few to prove anything";
    EXPECT_LT(usual, rounds - rounds / 10);
    RecordProperty("usual", usual);
}

}  // namespace
}  // namespace cardresolver::carrier
