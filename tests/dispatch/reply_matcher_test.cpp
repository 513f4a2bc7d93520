#include "dispatch/reply_matcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cardresolver::dispatch {
namespace {

using card::card_kind;
using carrier::reply_item;
using testing::ElementsAre;

class reply_matcher_test : public testing::Test {
protected:
    static constexpr batch_id batch = 3;

    void ask(card_kind kind, std::vector<const char*> numbers) {
        for (const char* number : numbers) {
            const auto slot = cards_.add(card::card_number(kind, number), 1, {}).slot;
            cards_[slot].batch = batch;
            cards_[slot].position = static_cast<std::uint16_t>(asked_.size());
            asked_.push_back(slot);
        }
        kind_ = kind;
    }
    match_counts match(std::vector<reply_item> items) {
        return matcher_.match(cards_, batch, asked_, kind_, items);
    }
    static reply_item iccid(const char* number, const char* imsi = "1") {
        return {"0", "", number, imsi, ""};
    }

    card_table cards_{16};
    reply_matcher matcher_;
    std::vector<slot_id> asked_;
    card_kind kind_ = card_kind::iccid;
};

constexpr const char* a = "898602B2221430000006";
constexpr const char* b = "898602B2221340000878";
constexpr const char* c = "89860010011631234571";

TEST_F(reply_matcher_test, AP4_matches_by_number_in_any_order_case_and_spelling) {
    ask(card_kind::iccid, {a, b, c});
    const auto counts = match({iccid("89860010011631234571"), iccid(" 898602b2221430000006 "), iccid(b)});
    EXPECT_EQ(counts.matched, 3U);
    EXPECT_THAT(matcher_.answers(), ElementsAre(1, 2, 0));
    EXPECT_EQ(counts.in_order, 0U);
}

/// What lies behind may be in no order, or missing; but where two items differ about one card, nobody knows
/// which one it is without looking.
TEST_F(reply_matcher_test, tells_how_many_come_in_order) {
    ask(card_kind::iccid, {a, b, c});
    EXPECT_EQ(match({iccid(a), iccid(b), iccid(c)}).in_order, 3U);
    EXPECT_THAT(matcher_.answers(), ElementsAre(0, 1, 2));
    EXPECT_EQ(match({iccid(a), iccid(c), iccid(b)}).in_order, 1U);
    EXPECT_THAT(matcher_.answers(), ElementsAre(0, 2, 1));
    EXPECT_EQ(match({iccid(a), iccid(b)}).in_order, 2U);
    EXPECT_EQ(match({iccid(a), iccid(b), iccid(a)}).in_order, 2U);
    EXPECT_EQ(match({iccid(a), iccid(b), iccid(a, "2")}).in_order, 0U);
    EXPECT_THAT(matcher_.answers(), ElementsAre(reply_matcher::conflict, 1, reply_matcher::missing));
}

TEST_F(reply_matcher_test, AP1_AP2_tells_missing_and_foreign) {
    ask(card_kind::iccid, {a, b});
    cards_.add(card::card_number(card_kind::iccid, c), 9, {});  // known, but of another request
    const auto counts =
        match({iccid(c), iccid("89860000000000000000"), iccid("rubbish"), iccid(""), iccid(b)});
    EXPECT_EQ(counts.matched, 1U);
    EXPECT_EQ(counts.foreign, 4U);
    EXPECT_THAT(matcher_.answers(), ElementsAre(reply_matcher::missing, 4));
}

TEST_F(reply_matcher_test, AP3_keeps_identical_repeats_once_and_no_conflicting_ones) {
    ask(card_kind::iccid, {a, b});
    const auto counts = match({iccid(a, "1"), iccid(a, "1"), iccid(b, "1"), iccid(b, "2"), iccid(b, "1")});
    EXPECT_EQ(counts.matched, 1U);
    EXPECT_EQ(counts.repeated, 1U);
    EXPECT_EQ(counts.conflicting, 1U);
    EXPECT_THAT(matcher_.answers(), ElementsAre(0, reply_matcher::conflict));
}

TEST_F(reply_matcher_test, AP4_does_not_take_an_equal_number_of_another_kind) {
    ask(card_kind::imsi, {"460040260908676"});
    EXPECT_EQ(match({{"0", "", "", "", "460040260908676"}}).foreign, 1U);
}

TEST_F(reply_matcher_test, gives_a_refusal_without_any_number_to_the_only_card) {
    ask(card_kind::msisdn, {"1064826090209"});
    EXPECT_EQ(match({{"2", "no record", "", "", ""}}).matched, 1U);
    EXPECT_EQ(match({{"0", "", "", "", ""}}).matched, 0U) << "a success must name its card";
    EXPECT_EQ(match({{"0", "", "", "460040260908676", ""}}).matched, 0U);
}

}  // namespace
}  // namespace cardresolver::dispatch
