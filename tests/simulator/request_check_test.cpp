#include "simulator/request_check.hpp"

#include "simulator/signed_request.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace cardresolver::simulator {
namespace {

using test::request_recipe;

/// A check with the texts that its results point into.
class request_check_test : public testing::Test {
protected:
    check_result check(const std::string& query) {
        query_ = query;
        given_.clear();
        given_.read(query_);
        return check_.check(given_);
    }
    check_result check(const request_recipe& recipe) { return check(test::query_of(recipe)); }

    request_check check_{{"100001", "2300000000000001", "simulator"}};

private:
    std::string query_;
    parameters given_;
};

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    return text.replace(text.find(what), what.size(), with);
}

TEST_F(request_check_test, takes_a_good_request) {
    request_recipe recipe;
    recipe.cards = test::some_iccids(100);
    const auto result = check(recipe);
    EXPECT_TRUE(result.status.is_success());
    EXPECT_EQ(result.violations, 0U);
    EXPECT_FALSE(result.has_bad_token);
    EXPECT_EQ(result.kind, card::card_kind::iccid);
    EXPECT_EQ(result.draw_key, "00000001");
    ASSERT_EQ(check_.cards().size(), 100U);
    EXPECT_EQ(check_.cards()[99], recipe.cards[99]);
}

TEST_F(request_check_test, knows_the_three_kinds) {
    request_recipe recipe;
    recipe.kind = "imsis";
    recipe.cards = {"460040260908676", "46004"};
    EXPECT_EQ(check(recipe).kind, card::card_kind::imsi);
    recipe.kind = "msisdns";
    recipe.cards = {"1064826090209", "14765004176"};
    recipe.sequence = "00000002";
    const auto result = check(recipe);
    EXPECT_EQ(result.kind, card::card_kind::msisdn);
    EXPECT_EQ(result.violations, 0U);
}

TEST_F(request_check_test, counts_a_transid_seen_before) {
    EXPECT_FALSE(check(request_recipe{}).has_repeated_transid);
    const auto again = check(request_recipe{});
    EXPECT_TRUE(again.has_repeated_transid);
    EXPECT_EQ(again.status.code, "10");
    EXPECT_EQ(again.violations, 1U);
}

TEST_F(request_check_test, counts_the_transid_of_a_refused_request_as_used) {
    request_recipe recipe;
    recipe.password = "wrong";
    EXPECT_TRUE(check(recipe).has_bad_token);
    EXPECT_TRUE(check(request_recipe{}).has_repeated_transid);
}

TEST_F(request_check_test, refuses_wrong_settings_without_a_violation) {
    request_recipe recipe;
    recipe.password = "wrong";
    auto result = check(recipe);
    EXPECT_EQ(result.status.code, "7");
    EXPECT_TRUE(result.has_bad_token);
    EXPECT_EQ(result.violations, 0U);

    recipe = {};
    recipe.sequence = "00000002";
    recipe.ebid = "1";
    result = check(recipe);
    EXPECT_EQ(result.status.code, "3");
    EXPECT_FALSE(result.has_bad_token);
    EXPECT_EQ(result.violations, 0U);

    recipe = {};
    recipe.appid = "100002";
    result = check(recipe);
    EXPECT_EQ(result.status.code, "4");
    EXPECT_EQ(result.violations, 0U);
}

TEST_F(request_check_test, calls_a_token_in_capitals_a_violation) {
    auto query = test::query_of({});
    const auto start = query.find("&token=") + 7;
    std::transform(query.begin() + static_cast<long>(start), query.begin() + static_cast<long>(start) + 64,
                   query.begin() + static_cast<long>(start),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    const auto result = check(query);
    EXPECT_EQ(result.status.code, "7");
    EXPECT_TRUE(result.has_bad_token);
    EXPECT_EQ(result.violations, 1U);
}

TEST_F(request_check_test, refuses_odd_parameters) {
    const auto good = test::query_of({});
    const std::string cases[] = {
        good + "&extra=1",
        good + "&ebid=2300000000000001",
        good + "&imsis=460040260908676",
        good + "&msisdns=",
        replaced(good, "iccids=", "iccid="),
        replaced(good, "ebid=2300000000000001&", ""),
        replaced(good, "&iccids=898602B2221430000006", ""),
        replaced(good, "=898602B2221430000006", "="),
        good + "%",
    };
    for (const auto& query : cases) {
        const auto result = check(query);
        EXPECT_EQ(result.status.code, "13") << query;
        EXPECT_GE(result.violations, 1U) << query;
    }
}

TEST_F(request_check_test, survives_a_request_without_anything) {
    const auto result = check("");
    EXPECT_EQ(result.status.code, "13");
    EXPECT_EQ(result.violations, 5U);
    EXPECT_EQ(result.draw_key, "");
    EXPECT_TRUE(check_.cards().empty());
}

TEST_F(request_check_test, takes_a_hundred_cards_and_no_more) {
    request_recipe recipe;
    recipe.cards = test::some_iccids(101);
    const auto result = check(recipe);
    EXPECT_EQ(result.status.code, "18");
    EXPECT_EQ(result.violations, 1U);
    EXPECT_EQ(check_.cards().size(), 101U);
}

TEST_F(request_check_test, counts_each_malformed_and_each_repeated_value) {
    request_recipe recipe;
    recipe.cards = {"898602B2221430000006", "898602b2221430000007", "", "898602B2221430000006"};
    auto result = check(recipe);
    EXPECT_EQ(result.status.code, "10");
    EXPECT_EQ(result.violations, 3U);

    recipe = {};
    recipe.sequence = "00000002";
    recipe.kind = "imsis";
    recipe.cards = {"4600402609086760"};
    EXPECT_EQ(check(recipe).violations, 1U);
    recipe.sequence = "00000003";
    recipe.kind = "msisdns";
    recipe.cards = {"+8614765004"};
    EXPECT_EQ(check(recipe).status.code, "10");
}

TEST_F(request_check_test, lets_the_first_broken_rule_decide) {
    request_recipe recipe;
    recipe.password = "wrong";
    recipe.cards = {"x"};
    const auto result = check(recipe);
    EXPECT_EQ(result.status.code, "7");
    EXPECT_EQ(result.violations, 1U);
}

TEST(transid_shape, is_appid_time_and_eight_digits) {
    EXPECT_TRUE(is_well_formed_transid("1000012014101615303080000001", "100001"));
    EXPECT_TRUE(is_well_formed_transid("A0B40MY2016101711070753214709", "A0B40MY"));
    EXPECT_TRUE(is_well_formed_transid("0NZ2017051611163080000001", "0NZ"));
    EXPECT_TRUE(is_well_formed_transid("X2024022923595900000000", "X"));
    EXPECT_FALSE(is_well_formed_transid("1000012014101615303080000001", "100002"));
    EXPECT_FALSE(is_well_formed_transid("100001201410161530308000000", "100001"));
    EXPECT_FALSE(is_well_formed_transid("10000120141016153030800000011", "100001"));
    EXPECT_FALSE(is_well_formed_transid("100001201410161530308000000a", "100001"));
    EXPECT_FALSE(is_well_formed_transid("X2023022923595900000000", "X"));  // no leap year
    EXPECT_FALSE(is_well_formed_transid("X2024130123595900000000", "X"));
    EXPECT_FALSE(is_well_formed_transid("X2024010124000000000000", "X"));
    EXPECT_FALSE(is_well_formed_transid("X2024010123600000000000", "X"));
    EXPECT_FALSE(is_well_formed_transid("X2024010123596000000000", "X"));
    EXPECT_FALSE(is_well_formed_transid("X0024010100000000000000", "X"));
    EXPECT_FALSE(is_well_formed_transid("", ""));
    const std::string longest_appid(26, 'A');
    EXPECT_TRUE(is_well_formed_transid(longest_appid + "2024010100000000000000", longest_appid));
    EXPECT_FALSE(is_well_formed_transid(longest_appid + "A2024010100000000000000", longest_appid + "A"));
}

}  // namespace
}  // namespace cardresolver::simulator
