#include "dispatch/answer_memory.hpp"

#include "dispatch/card_table.hpp"
#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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
        const auto slot = cards_.add(number, 1, {}).slot;
        cards_.release_answered({&slot, 1}, {&outcome, 1});
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

TEST(answer_memory, remembers_numbers_of_each_length_that_numbers_have) {
    for (std::size_t iccid = 0; iccid <= 20; ++iccid) {
        for (std::size_t imsi = 0; imsi <= 15; ++imsi) {
            remembering_table memory(1);
            const auto number = msisdn(1);
            auto outcome = answer(number);
            const std::string first(iccid, '8');
            const std::string second(imsi, '4');
            outcome.iccid = first;
            outcome.imsi = second;
            memory.remember(number, outcome);
            const auto row = memory.recall(number, 1);
            ASSERT_TRUE(row);
            ASSERT_EQ(row->iccid, first);
            ASSERT_EQ(row->imsi, second);
            ASSERT_EQ(row->msisdn, number.view());
        }
    }
}

/// The texts of a row are those of the answer, whichever number was asked and whichever others were given.
TEST(answer_memory, IN3_gives_back_the_numbers_of_each_kind) {
    const std::string iccid = "898602B2221430000006";
    const std::string imsi = "460040260908676";
    const std::string phone = "1064826090209";
    const auto either = [](bool is_given, const std::string& text) {
        return is_given ? text : std::string();
    };
    for (const auto kind : card::all_card_kinds) {
        const card_number number(kind, std::array{iccid, imsi, phone}[card::index_of(kind)]);
        for (const unsigned given : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
            for (const auto end : {card::outcome_kind::resolved, card::outcome_kind::refused}) {
                const auto asked = 1U << card::index_of(kind);
                const auto has = [&](card_kind of) {
                    return ((given | asked) >> card::index_of(of) & 1U) != 0;
                };
                auto outcome = answer(number, "fine");
                const auto of_iccid = either(has(card_kind::iccid), iccid);
                const auto of_imsi = either(has(card_kind::imsi), imsi);
                const auto of_msisdn = either(has(card_kind::msisdn), phone);
                outcome.iccid = of_iccid;
                outcome.imsi = of_imsi;
                outcome.msisdn = of_msisdn;
                outcome.outcome = end;
                remembering_table memory(1);
                memory.remember(number, outcome);
                const auto row = memory.recall(number, 5);
                ASSERT_TRUE(row);
                EXPECT_EQ(row->line, 5U);
                EXPECT_EQ(row->number, number.view());
                EXPECT_EQ(row->kind, kind);
                EXPECT_EQ(row->outcome, end);
                EXPECT_EQ(row->iccid, of_iccid);
                EXPECT_EQ(row->imsi, of_imsi);
                EXPECT_EQ(row->msisdn, of_msisdn);
                EXPECT_EQ(row->status, "0");
                EXPECT_EQ(row->message, "fine");
            }
        }
    }
}

/// What was said last is kept though the answers that say it may be gone; so is the bound on all texts.
TEST(answer_memory, forgets_all_answers_for_a_long_one_and_goes_on) {
    remembering_table memory(2);
    auto first = answer(msisdn(1), "short");
    first.wording = 1;
    const std::string long_text(2 * answer_memory::bytes_per_answer - 1, 'x');
    auto second = answer(msisdn(2), long_text);
    second.wording = 2;
    memory.remember(msisdn(1), first);
    memory.remember(msisdn(2), second);
    EXPECT_FALSE(memory.recall(msisdn(1), 1));
    ASSERT_TRUE(memory.recall(msisdn(2), 1));
    EXPECT_EQ(memory.recall(msisdn(2), 1)->message, long_text);
    for (std::uint64_t card = 3; card < 9; ++card) {
        auto next = answer(msisdn(card), "short");
        next.wording = 1;
        memory.remember(msisdn(card), next);
        ASSERT_TRUE(memory.recall(msisdn(card), 1));
        EXPECT_EQ(memory.recall(msisdn(card), 1)->message, "short");
        EXPECT_EQ(memory.recall(msisdn(card - 1), 1).has_value(), card > 3);
    }
}

}  // namespace
}  // namespace cardresolver::dispatch
