#include "dispatch/card_table.hpp"

#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>

namespace cardresolver::dispatch {
namespace {

using card::card_kind;
using card::card_number;

card_number msisdn(std::uint64_t index) {
    return {card_kind::msisdn, std::to_string(1'064'800'000'000ULL + index)};
}

std::vector<std::uint64_t> release(card_table& table, slot_id slot) {
    std::vector<std::uint64_t> lines;
    table.for_each_line(slot, [&](std::uint64_t line) { lines.push_back(line); });
    table.release(slot);
    return lines;
}

TEST(card_table, IN3_answers_a_repeated_number_at_every_line_in_order) {
    card_table table(8);
    const auto slot = table.add(msisdn(1), 10, {}).slot;
    EXPECT_EQ(table.add(msisdn(1), 11, {}).found, added_line::state::waiting);
    EXPECT_EQ(table.add(msisdn(1), 12, {}).slot, slot);
    EXPECT_EQ(table.size(), 3U);
    EXPECT_EQ(release(table, slot), (std::vector<std::uint64_t>{10, 11, 12}));
    EXPECT_TRUE(table.is_empty());
    EXPECT_EQ(table.find(msisdn(1)), no_id);
}

TEST(card_table, counts_duplicates_against_its_capacity) {
    card_table table(3);
    table.add(msisdn(1), 1, {});
    table.add(msisdn(1), 2, {});
    EXPECT_FALSE(table.is_full());
    table.add(msisdn(1), 3, {});
    EXPECT_TRUE(table.is_full());
}

TEST(card_table, keeps_kinds_apart) {
    card_table table(4);
    const auto imsi = table.add({card_kind::imsi, "12345"}, 1, {}).slot;
    const auto phone = table.add({card_kind::msisdn, "12345"}, 2, {}).slot;
    EXPECT_NE(phone, imsi);
    EXPECT_EQ(table.find({card_kind::imsi, "12345"}), imsi);
    EXPECT_EQ(table.find({card_kind::msisdn, "12345"}), phone);
}

TEST(card_table, IN3_remembers_answered_cards_until_as_many_others_were_answered) {
    card_table table(4, 2);
    for (std::uint64_t index = 1; index <= 3; ++index)
        table.retire(table.add(msisdn(index), index, {}).slot);
    EXPECT_TRUE(table.is_empty());
    EXPECT_EQ(table.add(msisdn(2), 4, {}).found, added_line::state::answered);
    EXPECT_EQ(table.add(msisdn(3), 5, {}).found, added_line::state::answered);
    EXPECT_TRUE(table.is_empty()) << "an answered line waits for nothing";
    EXPECT_EQ(table.add(msisdn(1), 6, {}).found, added_line::state::new_card) << "the oldest is forgotten";
}

TEST(card_table, agrees_with_a_map_over_a_long_random_life) {
    constexpr std::uint64_t seed = 20'260'101;
    constexpr std::size_t remembered = 20;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    card_table table(64, remembered);
    std::map<std::string, std::pair<slot_id, std::vector<std::uint64_t>>> waiting;
    std::deque<std::string> retired;
    for (std::uint64_t step = 0; step < 200'000; ++step) {
        const auto number = msisdn(random.next() % 100);
        const std::string key(number.view());
        const auto known = waiting.find(key);
        const bool is_retired = std::find(retired.begin(), retired.end(), key) != retired.end();
        if (!table.is_full() && random.next() % 3 != 0) {
            const auto added = table.add(number, step, {});
            const auto expected = is_retired               ? added_line::state::answered
                                  : known != waiting.end() ? added_line::state::waiting
                                                           : added_line::state::new_card;
            ASSERT_EQ(added.found, expected);
            if (is_retired) continue;
            waiting[key].first = added.slot;
            waiting[key].second.push_back(step);
        } else if (known != waiting.end()) {
            ASSERT_EQ(table.find(number), known->second.first);
            if (random.next() % 2 == 0) {
                ASSERT_EQ(release(table, known->second.first), known->second.second);
            } else {
                table.retire(known->second.first);
                retired.push_back(key);
                if (retired.size() > remembered) retired.pop_front();
            }
            waiting.erase(known);
        } else {
            ASSERT_EQ(table.find(number) != no_id, is_retired);
        }
    }
}

}  // namespace
}  // namespace cardresolver::dispatch
