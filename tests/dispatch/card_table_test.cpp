#include "dispatch/card_table.hpp"

#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

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
    EXPECT_FALSE(table.add(msisdn(1), 11, {}).is_new);
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
    const auto imsi = table.add(card_number(card_kind::imsi, "12345"), 1, {}).slot;
    const auto phone = table.add(card_number(card_kind::msisdn, "12345"), 2, {}).slot;
    EXPECT_NE(phone, imsi);
    EXPECT_EQ(table.find(card_number(card_kind::imsi, "12345")), imsi);
    EXPECT_EQ(table.find(card_number(card_kind::msisdn, "12345")), phone);
}

TEST(card_table, agrees_with_a_map_over_a_long_random_life) {
    constexpr std::uint64_t seed = 20'260'101;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    card_table table(64);
    std::map<std::string, std::pair<slot_id, std::vector<std::uint64_t>>> waiting;
    for (std::uint64_t step = 0; step < 200'000; ++step) {
        const auto number = msisdn(random.next() % 100);
        const std::string key(number.view());
        const auto known = waiting.find(key);
        if (!table.is_full() && random.next() % 3 != 0) {
            const auto added = table.add(number, step, {});
            ASSERT_EQ(added.is_new, known == waiting.end());
            waiting[key].first = added.slot;
            waiting[key].second.push_back(step);
        } else if (known != waiting.end()) {
            ASSERT_EQ(table.find(number), known->second.first);
            ASSERT_EQ(release(table, known->second.first), known->second.second);
            waiting.erase(known);
        } else {
            ASSERT_EQ(table.find(number), no_id);
        }
    }
}

/// Cards under way and answered ones share an index: ids change from one to the other, and the oldest answer
/// leaves it, while others are looked up.
TEST(card_table, IN3_knows_each_number_as_new_under_way_or_answered) {
    constexpr std::uint64_t seed = 20'261'126;
    constexpr std::size_t remembered = 40;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    card_table table(64, remembered);
    std::map<std::string, slot_id> waiting;
    std::deque<std::string> answered;
    for (std::uint64_t step = 0; step < 100'000; ++step) {
        const auto number = msisdn(random.next() % 200);
        const std::string key(number.view());
        const bool is_answered = std::find(answered.begin(), answered.end(), key) != answered.end();
        const auto known = waiting.find(key);
        ASSERT_EQ(table.find(number), known == waiting.end() ? no_id : known->second);
        if (known == waiting.end()) {
            if (!is_answered && table.is_full()) continue;
            const auto added = table.add(number, step, {});
            ASSERT_EQ(added.is_new, !is_answered);
            ASSERT_EQ(added.answer != no_id, is_answered);
            if (added.is_new) waiting[key] = added.slot;
            if (is_answered) {
                ASSERT_EQ(table.answered_row(added.answer, step).number, key);
            }
        } else if (random.next() % 4 == 0) {
            table.release(known->second);
            waiting.erase(known);
        } else {
            card::card_outcome outcome;
            outcome.kind = card_kind::msisdn;
            outcome.number = outcome.msisdn = key;
            table.release_answered({&known->second, 1}, {&outcome, 1});
            waiting.erase(known);
            answered.push_back(key);
            if (answered.size() > remembered) answered.pop_front();
        }
        ASSERT_EQ(table.size(), waiting.size());
    }
}

/// A table beside maps that do the same, with further lines, whole answers and failures: a line of the cache
/// is a card, then its answer, then another card.
class checked_table {
public:
    explicit checked_table(std::uint64_t seed) : random_(seed) {}

    void step(std::uint64_t line) {
        const auto number = msisdn(random_.next() % 150);
        const std::string key(number.view());
        const auto known = waiting_.find(key);
        ASSERT_EQ(table_.find(number), known == waiting_.end() ? no_id : known->second.slot);
        if (known == waiting_.end() || random_.next() % 3 == 0) return add(number, key, line);
        ASSERT_EQ(lines_of(known->second.slot), known->second.lines);
        if (random_.next() % 8 == 0) {
            table_.release(known->second.slot);
        } else {
            answer(number, known->second.slot, key);
        }
        used_ -= known->second.lines.size();
        waiting_.erase(known);
        ASSERT_EQ(table_.size(), used_);
    }
    void verify_all() {
        for (const auto& [key, card] : waiting_) {
            ASSERT_EQ(table_[card.slot].number.view(), key);
            ASSERT_EQ(table_[card.slot].line, card.lines.front());
            ASSERT_EQ(lines_of(card.slot), card.lines);
        }
        for (const auto& [key, imsi] : answered_)
            verify_answer(table_.add(card_number(card_kind::msisdn, key), 9, {}), key, imsi);
    }
    std::size_t recalled = 0;

private:
    static constexpr std::size_t remembered = 40;
    struct waiting_card {
        slot_id slot;
        std::vector<std::uint64_t> lines;
    };

    void add(const card_number& number, const std::string& key, std::uint64_t line) {
        const auto kept = std::find_if(answered_.begin(), answered_.end(),
                                       [&](const auto& one) { return one.first == key; });
        if (kept == answered_.end() && table_.is_full()) return;
        const auto added = table_.add(number, line, {});
        if (kept != answered_.end()) return verify_answer(added, key, kept->second);
        ASSERT_EQ(added.answer, no_id);
        ASSERT_EQ(added.is_new, !waiting_.contains(key));
        auto& card = waiting_[key];
        if (added.is_new) card.slot = added.slot;
        ASSERT_EQ(added.slot, card.slot);
        card.lines.push_back(line);
        ASSERT_EQ(table_.size(), ++used_);
    }
    void answer(const card_number& number, slot_id slot, const std::string& key) {
        const auto imsi = std::string(random_.next() % 16, static_cast<char>('0' + random_.next() % 10));
        card::card_outcome row;
        row.number = row.msisdn = number.view();
        row.kind = card_kind::msisdn;
        row.outcome = card::outcome_kind::resolved;
        row.imsi = imsi;
        table_.release_answered({&slot, 1}, {&row, 1});
        answered_.emplace_back(key, imsi);
        if (answered_.size() > remembered) answered_.pop_front();
    }
    void verify_answer(const added_line& added, const std::string& key, const std::string& imsi) {
        ASSERT_EQ(added.slot, no_id);
        ASSERT_FALSE(added.is_new);
        ASSERT_NE(added.answer, no_id);
        const auto row = table_.answered_row(added.answer, 3);
        ASSERT_EQ(row.number, key);
        ASSERT_EQ(row.msisdn, key);
        ASSERT_EQ(row.imsi, imsi);
        ++recalled;
    }
    std::vector<std::uint64_t> lines_of(slot_id slot) const {
        std::vector<std::uint64_t> lines;
        table_.for_each_line(slot, [&](std::uint64_t line) { lines.push_back(line); });
        return lines;
    }

    random_source random_;
    card_table table_{64, remembered};
    std::map<std::string, waiting_card> waiting_;
    std::deque<std::pair<std::string, std::string>> answered_;  ///< numbers and IMSIs, the oldest first
    std::size_t used_ = 0;
};

TEST(card_table, IN3_agrees_with_maps_whatever_its_lines_turn_into) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    checked_table table(seed);
    for (std::uint64_t line = 1; line <= 60'000; ++line) {
        table.step(line);
        if (line % 100 == 0) table.verify_all();
        if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_GT(table.recalled, 1'000U);
}

}  // namespace
}  // namespace cardresolver::dispatch
