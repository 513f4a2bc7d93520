#include "dispatch/answer_memory.hpp"

#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
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
    outcome.msisdn = number.view();
    outcome.imsi = "460040260908676";
    outcome.status = "0";
    outcome.message = message;
    return outcome;
}

TEST(answer_memory, IN3_gives_a_further_line_the_whole_answer) {
    answer_memory memory(4);
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
    answer_memory memory(4);
    const card_number imsi{card_kind::imsi, "12345"};
    memory.remember(imsi, answer(imsi));
    EXPECT_FALSE(memory.recall(card_number(card_kind::msisdn, "12345"), 1));
    EXPECT_TRUE(memory.recall(imsi, 1));
}

TEST(answer_memory, without_room_remembers_nothing) {
    answer_memory memory(0);
    memory.remember(msisdn(1), answer(msisdn(1)));
    EXPECT_FALSE(memory.recall(msisdn(1), 1));
}

TEST(answer_memory, does_not_remember_what_is_longer_than_all_of_it) {
    answer_memory memory(2);
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
    answer_memory memory(most);
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

}  // namespace
}  // namespace cardresolver::dispatch
