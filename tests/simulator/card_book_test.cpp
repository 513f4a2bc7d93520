#include "simulator/card_book.hpp"

#include "simulator/hashing.hpp"
#include "simulator/number_shape.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cardresolver::simulator {
namespace {

using card::card_kind;

void expect_same(const card_triple& a, const card_triple& b) {
    EXPECT_EQ(a.iccid.view(), b.iccid.view());
    EXPECT_EQ(a.msisdn.view(), b.msisdn.view());
    EXPECT_EQ(a.imsi.view(), b.imsi.view());
}

void expect_well_formed(const card_triple& card) {
    for (const auto kind : card::all_card_kinds) {
        EXPECT_TRUE(is_well_formed(kind, number_of(card, kind))) << number_of(card, kind);
    }
}

TEST(card_book, knows_the_documents_first_sample) {
    const auto card = computed_card(card_kind::iccid, "898602B2221430000006");
    EXPECT_EQ(card.imsi.view(), "460040260908676");
    EXPECT_EQ(card.msisdn.view(), "1064826090209");
    EXPECT_EQ(card.iccid.view(), "898602B2221430000006");
    EXPECT_EQ(index_in_domain(card_kind::imsi, "460040260908676"), 40'260'908'676U);
}

TEST(card_book, gives_one_card_for_any_of_its_three_numbers) {
    auto index = std::uint64_t{0};
    for (int i = 0; i < 5000; ++i, index = mix(index) % card_index_count) {
        const auto card = card_at(index);
        expect_well_formed(card);
        for (const auto kind : card::all_card_kinds) {
            ASSERT_EQ(index_in_domain(kind, number_of(card, kind)), index) << number_of(card, kind);
            expect_same(computed_card(kind, number_of(card, kind)), card);
        }
    }
}

TEST(card_book, closes_the_circle_at_the_ends_of_its_domains) {
    for (const std::string number : {"460000000000000", "460999999999999"}) {
        const auto card = computed_card(card_kind::imsi, number);
        EXPECT_EQ(computed_card(card_kind::msisdn, card.msisdn.view()).imsi.view(), number);
        EXPECT_EQ(computed_card(card_kind::iccid, card.iccid.view()).imsi.view(), number);
    }
    for (const std::string number : {"1000000000000", "1989999999999", "10000000000", "19999999999"}) {
        const auto card = computed_card(card_kind::msisdn, number);
        EXPECT_EQ(computed_card(card_kind::imsi, card.imsi.view()).msisdn.view(), number);
    }
    for (const std::string number : {"89860000000000000000", "898600D6991330004146", "89860200099999999999",
                                     "89860010011631234571", "898602B2221340000878"}) {
        const auto card = computed_card(card_kind::iccid, number);
        EXPECT_EQ(computed_card(card_kind::imsi, card.imsi.view()).iccid.view(), number);
    }
}

TEST(card_book, knows_phone_numbers_of_eleven_and_of_thirteen_digits) {
    const auto card = computed_card(card_kind::msisdn, "14765004176");
    EXPECT_EQ(card.msisdn.view(), "14765004176");
    EXPECT_EQ(computed_card(card_kind::imsi, card.imsi.view()).msisdn.view(), "14765004176");
    EXPECT_TRUE(index_in_domain(card_kind::msisdn, "1064826090209"));
}

TEST(card_book, echoes_numbers_outside_its_domains_and_fills_the_others_from_a_hash) {
    const std::string strange = "8986ZZZZZZZZZZZZZZZZ";
    EXPECT_FALSE(index_in_domain(card_kind::iccid, strange));
    const auto card = computed_card(card_kind::iccid, strange);
    EXPECT_EQ(card.iccid.view(), strange);
    EXPECT_EQ(card.imsi.view(), card_at(fnv1a(strange) % card_index_count).imsi.view());
    expect_well_formed(card);

    EXPECT_FALSE(index_in_domain(card_kind::msisdn, "1990000000000"));
    EXPECT_EQ(computed_card(card_kind::msisdn, "1990000000000").msisdn.view(), "1990000000000");
    EXPECT_EQ(computed_card(card_kind::msisdn, "7").msisdn.view(), "7");
    EXPECT_FALSE(index_in_domain(card_kind::imsi, "310150123456789"));
    EXPECT_EQ(computed_card(card_kind::imsi, "310150123456789").imsi.view(), "310150123456789");
    EXPECT_FALSE(index_in_domain(card_kind::imsi, ""));
    EXPECT_FALSE(index_in_domain(card_kind::msisdn, "1064826O90209"));
}

TEST(card_book, keeps_to_the_numbers_in_its_documentation) {
    EXPECT_EQ(fnv1a("a"), 0xAF63DC4C8601EC8CULL);
    EXPECT_EQ(mix(0), 0xE220A8397B1DCDAFULL);
    const auto card = card_at(123'456'789'012);
    EXPECT_EQ(card.imsi.view(), "460123456789012");
    EXPECT_EQ(card.msisdn.view(), "1148021970545");
    EXPECT_EQ(card.iccid.view(), "898602B2004625880342");
}

TEST(number_shape, knows_each_kinds_characters_and_length) {
    EXPECT_TRUE(is_well_formed(card_kind::iccid, "898600D6991330004146"));
    EXPECT_FALSE(is_well_formed(card_kind::iccid, "898600d6991330004146"));
    EXPECT_FALSE(is_well_formed(card_kind::iccid, "898600D699133000414"));
    EXPECT_FALSE(is_well_formed(card_kind::iccid, "898600D69913300041 6"));
    EXPECT_TRUE(is_well_formed(card_kind::imsi, "460079650004176"));
    EXPECT_FALSE(is_well_formed(card_kind::imsi, "4600796500041760"));
    EXPECT_FALSE(is_well_formed(card_kind::imsi, "46007965000417A"));
    EXPECT_TRUE(is_well_formed(card_kind::msisdn, "1064826090209"));
    EXPECT_FALSE(is_well_formed(card_kind::msisdn, "10648260902091"));
    EXPECT_FALSE(is_well_formed(card_kind::msisdn, ""));
    EXPECT_FALSE(is_well_formed(card_kind::msisdn, "+8614765004"));
}

}  // namespace
}  // namespace cardresolver::simulator
