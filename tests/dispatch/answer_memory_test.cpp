#include "dispatch/answer_memory.hpp"

#include "dispatch/card_table.hpp"
#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>

namespace cardresolver::dispatch {
namespace {

using card::card_kind;
using card::card_number;

card_number msisdn(std::uint64_t index) {
    return {card_kind::msisdn, std::to_string(1'064'800'000'000ULL + index)};
}

card::card_outcome answer(const card_number& number, std::string_view message = {}) {
    card::card_outcome outcome;
    outcome.number = number.view();
    outcome.kind = number.kind();
    outcome.outcome = card::outcome_kind::resolved;
    outcome.iccid = "898602B2221430000006";
    outcome.msisdn = number.kind() == card_kind::msisdn ? number.view() : "1064826090209";
    outcome.imsi = number.kind() == card_kind::imsi ? number.view() : "460040260908676";
    outcome.status = "0";
    outcome.message = message;
    return outcome;
}

/// The memory as it is used: by a table of cards, each of which is answered as soon as it was added.
class remembering_table {
public:
    explicit remembering_table(std::size_t most) : cards_(1, most) {}

    void remember(const card_number& number, const card::card_outcome& outcome) {
        cards_.release_answered(cards_.add(number, 1, {}).slot, outcome);
    }
    std::optional<card::card_outcome> recall(const card_number& number, std::uint64_t line) {
        const auto added = cards_.add(number, line, {});
        if (added.answer != no_id) return cards_.answered_row(added.answer, line);
        cards_.release(added.slot);
        return std::nullopt;
    }

private:
    card_table cards_;
};

TEST(answer_memory, IN3_gives_a_further_line_the_whole_answer) {
    remembering_table memory(4);
    const auto number = msisdn(1);
    memory.remember(number, answer(number, "fine"));
    const auto row = memory.recall(number, 17);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->line, 17U);
    EXPECT_EQ(row->number, number.view());
    EXPECT_EQ(row->kind, card_kind::msisdn);
    EXPECT_EQ(row->outcome, card::outcome_kind::resolved);
    EXPECT_EQ(row->iccid, "898602B2221430000006");
    EXPECT_EQ(row->msisdn, number.view());
    EXPECT_EQ(row->imsi, "460040260908676");
    EXPECT_EQ(row->status, "0");
    EXPECT_EQ(row->message, "fine");
}

TEST(answer_memory, keeps_kinds_apart) {
    remembering_table memory(4);
    const card_number imsi{card_kind::imsi, "12345"};
    memory.remember(imsi, answer(imsi));
    EXPECT_FALSE(memory.recall(card_number(card_kind::msisdn, "12345"), 1));
    EXPECT_TRUE(memory.recall(imsi, 1));
}

TEST(answer_memory, without_room_remembers_nothing) {
    remembering_table memory(0);
    memory.remember(msisdn(1), answer(msisdn(1)));
    EXPECT_FALSE(memory.recall(msisdn(1), 1));
}

TEST(answer_memory, does_not_remember_what_is_longer_than_all_of_it) {
    remembering_table memory(2);
    memory.remember(msisdn(1), answer(msisdn(1)));
    memory.remember(msisdn(2), answer(msisdn(2), std::string(2 * answer_memory::bytes_per_answer, 'x')));
    EXPECT_FALSE(memory.recall(msisdn(2), 1));
    EXPECT_TRUE(memory.recall(msisdn(1), 1));
}

/// Short answers: exactly as many as asked for. Long ones: fewer, but the newest, each whole.
void live_long(std::size_t longest_message, bool are_short) {
    constexpr std::uint64_t seed = 20'261'125;
    constexpr std::size_t most = 20;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    remembering_table memory(most);
    std::deque<std::pair<card_number, std::string>> newest;
    for (std::uint64_t step = 0; step < 20'000; ++step) {
        const auto number = msisdn(random.next() % 60);
        const auto known =
            std::find_if(newest.begin(), newest.end(), [&](const auto& one) { return one.first == number; });
        const auto row = memory.recall(number, step);
        if (known == newest.end()) {
            ASSERT_FALSE(row);
        } else if (are_short) {
            ASSERT_TRUE(row);
        }
        if (row) {
            ASSERT_EQ(row->message, known->second);
            ASSERT_EQ(row->number, number.view());
            continue;
        }
        if (known != newest.end()) newest.erase(known);
        newest.emplace_back(number, std::string(random.next() % (longest_message + 1),
                                                static_cast<char>('a' + random.next() % 26)));
        memory.remember(number, answer(number, newest.back().second));
        ASSERT_TRUE(memory.recall(number, step)) << "the newest is always there";
        if (newest.size() > most) newest.pop_front();
    }
}

TEST(answer_memory, IN3_remembers_as_many_short_answers_as_asked_for) {
    live_long(40, true);
}

TEST(answer_memory, remembers_long_answers_whole_or_not_at_all) {
    live_long(1024, false);
}

/// A few statuses and messages that come in turn, each in pieces of any length, and now and then a new one.
TEST(answer_memory, IN3_keeps_apart_what_the_carrier_has_said_of_each_card) {
    constexpr std::uint64_t seed = 20'261'126;
    constexpr std::size_t most = 16;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    remembering_table memory(most);
    std::deque<std::pair<std::string, std::string>> newest;
    for (std::uint64_t card = 0; card < 20'000; ++card) {
        const auto said = random.next() % 8 == 0 ? random.next() % 100 : random.next() % 6;
        const auto status = std::string(said % 3, 's');
        const auto message = std::string(said, static_cast<char>('a' + said % 26));
        const auto number = msisdn(card);
        auto outcome = answer(number, message);
        outcome.status = status;
        outcome.wording = said % 5 == 0 ? 0 : said;  // some have none
        memory.remember(number, outcome);
        newest.emplace_back(status, message);
        if (newest.size() > most) newest.pop_front();
        for (std::size_t i = 0; i < newest.size(); ++i) {
            const auto row = memory.recall(msisdn(card - i), 1);
            ASSERT_TRUE(row);
            const auto& expected = newest[newest.size() - 1 - i];
            ASSERT_EQ(row->status, expected.first);
            ASSERT_EQ(row->message, expected.second);
        }
        ASSERT_TRUE(newest.size() < most || card < most || !memory.recall(msisdn(card - most), 1));
    }
}

TEST(answer_memory, remembers_no_numbers_that_are_longer_than_numbers_are) {
    remembering_table memory(2);
    const auto first = msisdn(1);
    const auto second = msisdn(2);
    auto outcome = answer(first);
    const std::string longest(35, '1');
    outcome.imsi = longest;
    outcome.iccid = {};
    memory.remember(first, outcome);
    ASSERT_TRUE(memory.recall(first, 1));
    EXPECT_EQ(memory.recall(first, 1)->imsi, longest);
    outcome.iccid = "8";
    outcome.msisdn = second.view();
    memory.remember(second, outcome);
    EXPECT_FALSE(memory.recall(second, 1));
}

}  // namespace
}  // namespace cardresolver::dispatch
