#include "run/row_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace cardresolver::run {
namespace {

using card::outcome_kind;

class row_order_test : public testing::Test {
protected:
    void put(std::uint64_t line, outcome_kind outcome = outcome_kind::resolved) {
        const auto text = "text of " + std::to_string(line);  // gone after the call
        card::card_outcome row;
        row.line = line;
        row.outcome = outcome;
        row.number = text;
        row.record = text;
        order_.put(row, [this](const card::card_outcome& next) { take(next); });
    }
    void take(const card::card_outcome& row) {
        EXPECT_EQ(row.number, "text of " + std::to_string(row.line));
        EXPECT_EQ(row.record, row.number);
        written_.push_back(row.line);
    }
    void expect_lines(std::initializer_list<std::uint64_t> lines) {
        for (const auto line : lines)
            order_.expect(line);
    }

    row_order order_{4, 100};
    std::vector<std::uint64_t> written_;
};

using lines = std::vector<std::uint64_t>;

TEST_F(row_order_test, hands_on_at_once_what_comes_in_order) {
    expect_lines({1, 2, 5});
    put(1);
    EXPECT_EQ(written_, lines{1});
    put(2);
    put(5);
    EXPECT_EQ(written_, (lines{1, 2, 5}));
    EXPECT_TRUE(order_.is_empty());
}

TEST_F(row_order_test, keeps_what_comes_early_until_its_turn) {
    expect_lines({3, 4, 9});
    put(9);
    put(4, outcome_kind::failed);
    EXPECT_EQ(written_, lines{});
    put(3);
    EXPECT_EQ(written_, (lines{3, 4, 9}));
}

TEST_F(row_order_test, is_full_where_the_oldest_row_is_too_far_behind) {
    expect_lines({10, 11, 12});
    put(11);
    put(12);
    EXPECT_FALSE(order_.is_full());
    order_.expect(13);
    EXPECT_TRUE(order_.is_full()) << "rows that came early do not count less than those that are awaited";
    put(10);
    EXPECT_FALSE(order_.is_full());
    EXPECT_EQ(written_, (lines{10, 11, 12}));
}

TEST_F(row_order_test, is_full_where_too_many_bytes_wait) {
    expect_lines({1, 2, 3});
    card::card_outcome row;
    row.line = 2;
    const std::string text(60, 'x');
    row.message = text;
    row.number = text;
    order_.put(row, [](const card::card_outcome&) {});
    EXPECT_TRUE(order_.is_full());
    row.line = 1;
    order_.put(row, [](const card::card_outcome&) {});
    EXPECT_FALSE(order_.is_full());
}

TEST_F(row_order_test, keeps_every_field_of_a_row) {
    expect_lines({1, 2});
    order_.put({2, "n", card::card_kind::imsi, outcome_kind::refused, "i", "m", "s", "25", "why"},
               [](const card::card_outcome&) {});
    std::vector<card::card_outcome> seen;
    card::card_outcome first;
    first.line = 1;
    order_.put(first, [&](const card::card_outcome& row) {
        if (row.line == 1) return;
        EXPECT_EQ(row.kind, card::card_kind::imsi);
        EXPECT_EQ(row.outcome, outcome_kind::refused);
        for (const auto& [text, expected] : {std::pair{row.number, "n"},
                                             {row.iccid, "i"},
                                             {row.msisdn, "m"},
                                             {row.imsi, "s"},
                                             {row.status, "25"},
                                             {row.message, "why"}})
            EXPECT_EQ(text, expected);
        seen.push_back(row);
    });
    EXPECT_EQ(seen.size(), 1U);
}

TEST_F(row_order_test, a_row_that_nobody_expects_ends_the_process) {
    expect_lines({1, 5});
    EXPECT_DEATH(put(3), "internal fault");
    EXPECT_DEATH(put(6), "internal fault");
    put(5);
    EXPECT_DEATH(put(5), "internal fault");
}

TEST(row_order, brings_any_order_of_answers_into_that_of_the_list) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    constexpr std::size_t window = 3'000;  // more than the first places
    row_order order(window);
    std::vector<std::uint64_t> awaited;
    std::uint64_t line = 0;
    std::uint64_t last = 0;
    std::uint64_t count = 0;
    while (line < 100'000 || !awaited.empty()) {
        while (line < 100'000 && !order.is_full() && random() % 2'000 != 0) {
            line += 1 + (random() % 10 == 0 ? random() % 5 : 0);
            order.expect(line);
            awaited.push_back(line);
        }
        if (awaited.empty()) continue;
        std::swap(awaited[random() % awaited.size()], awaited.back());
        const auto text = std::to_string(awaited.back());
        card::card_outcome row;
        row.line = awaited.back();
        row.iccid = text;
        awaited.pop_back();
        order.put(row, [&](const card::card_outcome& next) {
            ASSERT_GT(next.line, last);
            ASSERT_EQ(next.iccid, std::to_string(next.line));
            last = next.line;
            ++count;
        });
    }
    EXPECT_TRUE(order.is_empty());
    EXPECT_EQ(last, line);
    EXPECT_GT(count, 50'000U);
}

}  // namespace
}  // namespace cardresolver::run
