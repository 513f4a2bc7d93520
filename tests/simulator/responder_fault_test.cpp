#include "simulator/responder.hpp"
#include "simulator/signed_request.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace cardresolver::simulator {
namespace {

using test::request_recipe;

const moment start{steady_time(std::chrono::hours(1)), wall_time(std::chrono::seconds(1'795'474'800))};

/// A carrier with faults, asked with fresh transids.
class faulty {
public:
    explicit faulty(std::vector<std::pair<std::string, double>> faults) : carrier_(with(std::move(faults))) {}

    std::string ask(const std::vector<std::string>& cards, const std::string& kind = "iccids") {
        request_recipe recipe;
        recipe.cards = cards;
        recipe.kind = kind;
        recipe.sequence = test::sequence_text(++sequence_);
        const auto request = test::get_of(recipe);
        carrier_.respond(parse_request(request).request, start, out_);
        const auto text = std::string(out_.bytes.view());
        const auto head_end = text.find("\r\n\r\n");
        head_ = text.substr(0, std::min(head_end, text.size()));
        return head_end == std::string::npos ? "" : text.substr(head_end + 4);
    }
    delivery how() const { return out_.how; }
    const std::string& head() const { return head_; }

private:
    static settings with(std::vector<std::pair<std::string, double>> faults) {
        settings result;
        result.faults = std::move(faults);
        return result;
    }

    responder carrier_;
    reply out_;
    std::string head_;
    unsigned sequence_ = 0;
};

/// The ICCIDs of the items, in order.
std::vector<std::string> iccids_in(const std::string& body) {
    constexpr std::string_view key = R"("iccid":")";
    std::vector<std::string> found;
    for (auto at = body.find(key); at != std::string::npos; at = body.find(key, at + 1)) {
        found.push_back(body.substr(at + key.size(), 20));
    }
    return found;
}

std::string count_of(const std::string& body, const std::string& what) {
    std::size_t count = 0;
    for (auto at = body.find(what); at != std::string::npos; at = body.find(what, at + 1)) {
        ++count;
    }
    return std::to_string(count);
}

const std::vector<std::string> five = test::some_iccids(5);

TEST(faults, poison_spoils_every_request_with_the_card_and_spares_the_others) {
    faulty carrier({{"poison", 0.3}});
    const fault_plan plan(1, {{"poison", 0.3}});
    const auto cards = test::some_iccids(30);
    std::vector<std::string> clean;
    for (const auto& card : cards) {
        const bool is_poison = plan.strikes(fault::poison, card);
        const auto body = carrier.ask({card});
        EXPECT_EQ(body.starts_with(R"({"status":"10")"), is_poison);
        if (!is_poison) clean.push_back(card);
    }
    ASSERT_FALSE(clean.empty());
    ASSERT_LT(clean.size(), cards.size());
    EXPECT_EQ(carrier.ask(cards), R"({"status":"10","message":"请求参数不正确","result":[]})");
    EXPECT_EQ(iccids_in(carrier.ask(clean)), clean);
}

TEST(faults, foreign_marks_the_item_as_the_document_does) {
    faulty carrier({{"foreign", 1}});
    EXPECT_EQ(carrier.ask({"89860010011631234571"}),
              R"({"status":"0","message":"正确","result":[{"status":"25",)"
              R"("message":" ICCID号不是所查询的集团下的用户","iccid":"89860010011631234571"}]})");
    EXPECT_NE(
        carrier.ask({"1064826090209"}, "msisdns")
            .find(
                R"([{"status":"12","message":" MSISDN号不是所查询的集团下的用户","msisdn":"1064826090209"}])"),
        std::string::npos);
    EXPECT_NE(carrier.ask({"460040260908676"}, "imsis").find(R"([{"status":"2",)"), std::string::npos);
}

TEST(faults, missing_item_takes_exactly_one) {
    faulty carrier({{"missing-item", 1}});
    EXPECT_EQ(iccids_in(carrier.ask(five)).size(), 4U);
    EXPECT_EQ(iccids_in(carrier.ask({five[0]})).size(), 1U);
    EXPECT_EQ(iccids_in(carrier.ask({five[0], five[1]})).size(), 1U);
}

TEST(faults, extra_item_is_of_a_card_that_nobody_asked) {
    faulty carrier({{"extra-item", 1}});
    auto found = iccids_in(carrier.ask(five));
    ASSERT_EQ(found.size(), 6U);
    EXPECT_EQ(std::find(five.begin(), five.end(), found.back()), five.end());
    found.pop_back();
    EXPECT_EQ(found, five);
    EXPECT_EQ(iccids_in(carrier.ask({five[0]})).size(), 1U);
}

TEST(faults, repeated_item_stands_there_twice) {
    faulty carrier({{"repeated-item", 1}});
    auto found = iccids_in(carrier.ask(five));
    ASSERT_EQ(found.size(), 6U);
    EXPECT_NE(std::find(five.begin(), five.end(), found.back()), five.end());
    found.pop_back();
    EXPECT_EQ(found, five);
}

TEST(faults, shuffled_is_always_another_order_of_the_same_items) {
    faulty carrier({{"shuffled", 1}});
    for (int i = 0; i < 20; ++i) {
        auto found = iccids_in(carrier.ask(five));
        EXPECT_NE(found, five);
        std::sort(found.begin(), found.end());
        EXPECT_EQ(found, five);
    }
    const std::vector<std::string> swapped{five[1], five[0]};
    EXPECT_EQ(iccids_in(carrier.ask({five[0], five[1]})), swapped);
}

TEST(faults, busy_and_throttle_are_refusals) {
    EXPECT_EQ(faulty({{"busy", 1}}).ask(five),
              R"({"status":"73","message":"系统忙，请稍后再试","result":[]})");
    EXPECT_EQ(faulty({{"throttle", 1}}).ask(five),
              R"({"status":"71","message":"已超出API最大流控限制","result":[]})");
}

TEST(faults, of_the_gateway_show_in_the_head) {
    faulty broken({{"http-500", 1}});
    broken.ask(five);
    EXPECT_TRUE(broken.head().starts_with("HTTP/1.1 500 "));
    faulty flooded({{"http-429", 1}});
    flooded.ask(five);
    EXPECT_TRUE(flooded.head().starts_with("HTTP/1.1 429 "));
    EXPECT_NE(flooded.head().find("\r\nRetry-After: 1\r\n"), std::string::npos);
    faulty page({{"html", 1}});
    EXPECT_TRUE(page.ask(five).starts_with("<html>"));
    EXPECT_TRUE(page.head().starts_with("HTTP/1.1 200 "));
    EXPECT_NE(page.head().find("text/html"), std::string::npos);
}

TEST(faults, of_the_connection_are_deliveries) {
    faulty reset({{"reset", 1}, {"stall", 1}});
    reset.ask(five);
    EXPECT_EQ(reset.how(), delivery::reset);
    faulty stall({{"stall", 1}, {"http-500", 1}});
    stall.ask(five);
    EXPECT_EQ(stall.how(), delivery::stall);
    faulty cut({{"truncate", 1}});
    const auto body = cut.ask(five);
    EXPECT_EQ(cut.how(), delivery::cut_off);
    EXPECT_FALSE(body.empty());
    const auto promised = std::stoul(cut.head().substr(cut.head().find("Content-Length: ") + 16));
    EXPECT_LT(body.size(), promised);
}

TEST(faults, malformed_is_a_whole_body_that_ends_too_soon) {
    faulty carrier({{"malformed", 1}});
    const auto body = carrier.ask(five);
    EXPECT_FALSE(body.ends_with("]}"));
    EXPECT_EQ(carrier.how(), delivery::whole);
    EXPECT_NE(carrier.head().find("Content-Length: " + std::to_string(body.size())), std::string::npos);
}

TEST(faults, missing_comma_is_the_documents_own) {
    faulty carrier({{"missing-comma", 1}});
    const auto body = carrier.ask(five);
    EXPECT_EQ(count_of(body, "\"status\":\"0\"\n            \"message\": \"正确\",\"imsi\""), "1");
    EXPECT_EQ(count_of(body, "\"status\":\"0\",\"message\""), "5");  // the reply's own and four items
    EXPECT_EQ(iccids_in(body), five);
}

TEST(faults, null_result_number_status_and_upper_keys_respell_the_body) {
    EXPECT_EQ(faulty({{"null-result", 1}}).ask(five), R"({"status":"0","message":"正确","result":null})");
    EXPECT_EQ(faulty({{"number-status", 1}}).ask({"898602B2221430000006"}),
              R"({"status":0,"message":"正确","result":[{"status":0,"message":"正确",)"
              R"("imsi":"460040260908676","msisdn":"1064826090209","iccid":"898602B2221430000006"}]})");
    EXPECT_EQ(faulty({{"upper-keys", 1}}).ask({"898602B2221430000006"}),
              R"({"STATUS":"0","MESSAGE":"正确","RESULT":[{"STATUS":"0","MESSAGE":"正确",)"
              R"("IMSI":"460040260908676","MSISDN":"1064826090209","ICCID":"898602B2221430000006"}]})");
}

TEST(faults, respell_refusals_too) {
    EXPECT_EQ(faulty({{"busy", 1}, {"number-status", 1}, {"upper-keys", 1}, {"null-result", 1}}).ask(five),
              R"({"STATUS":73,"MESSAGE":"系统忙，请稍后再试","RESULT":[]})");
}

TEST(faults, may_all_strike_one_reply) {
    faulty carrier(
        {{"missing-item", 1}, {"repeated-item", 1}, {"extra-item", 1}, {"shuffled", 1}, {"foreign", 1}});
    const auto found = iccids_in(carrier.ask(five));
    EXPECT_EQ(found.size(), 6U);
}

TEST(faults, repeat_themselves_for_a_seed) {
    faulty one({{"shuffled", 0.5}, {"busy", 0.2}, {"missing-item", 0.3}});
    faulty two({{"shuffled", 0.5}, {"busy", 0.2}, {"missing-item", 0.3}});
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(one.ask(five), two.ask(five));
    }
}

}  // namespace
}  // namespace cardresolver::simulator
