// Lists with bad cards in them, from the first request to the last row.
#include "dispatch/model_carrier.hpp"
#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cardresolver::dispatch::testing_support {
namespace {

using namespace std::chrono_literals;
using card::outcome_kind;

settings unpaced() {
    settings settings;
    settings.pace.limits.clear();
    return settings;
}

std::set<std::string> numbers_at(const std::set<std::uint64_t>& indices) {
    std::set<std::string> numbers;
    for (const auto index : indices)
        numbers.emplace(numbered_msisdn(index).view());
    return numbers;
}

bool holds_one_of(const model_request& request, const std::set<std::string>& numbers) {
    for (const auto& number : request.cards) {
        if (numbers.contains(std::string(number.view()))) return true;
    }
    return false;
}

/// A carrier that refuses every request with one of `bad` in it.
model_run::carrier_rule poisoned_by(const std::set<std::uint64_t>& bad, const std::string& code = "10") {
    return [numbers = numbers_at(bad), code](const model_request& request) {
        return holds_one_of(request, numbers) ? top_status(code, "bad") : answer_all(request);
    };
}

TEST(poisoned_list, AP7_costs_at_most_14_requests_wherever_the_bad_card_stands) {
    for (std::uint64_t position = 0; position < 100; ++position) {
        model_run run(unpaced(), poisoned_by({position}));
        run.list_cards(100);
        run.execute();
        ASSERT_LE(run.request_count(), 14U) << position;
        ASSERT_EQ(run.row_of(position + 1).outcome, outcome_kind::refused);
        ASSERT_EQ(run.count_of(outcome_kind::resolved), 99U);
        const auto alone = std::count_if(run.requests().begin(), run.requests().end(), [&](const auto& one) {
            return one.cards.size() == 1 && one.cards.front() == numbered_msisdn(position);
        });
        ASSERT_EQ(alone, 1) << "its row is the carrier's own word";
    }
}

TEST(poisoned_list, AP7_costs_at_most_122_requests_whatever_the_pattern) {
    constexpr std::uint64_t seed = 7;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    for (const std::size_t count : {1U, 2U, 3U, 5U, 8U, 13U, 21U, 34U, 50U, 75U, 99U, 100U}) {
        for (int round = 0; round < 8; ++round) {
            std::set<std::uint64_t> bad;
            while (bad.size() < count)
                bad.insert(random.next() % 100);
            model_run run(unpaced(), poisoned_by(bad));
            run.list_cards(100);
            run.execute();
            ASSERT_LE(run.request_count(), 122U) << count;
            ASSERT_EQ(run.count_of(outcome_kind::refused), count);
            ASSERT_EQ(run.count_of(outcome_kind::resolved), 100 - count);
        }
    }
}

TEST(poisoned_list, AP7_answers_every_good_card_of_a_long_list) {
    random_source random(11);
    std::set<std::uint64_t> bad;
    while (bad.size() < 200)
        bad.insert(random.next() % 100'000);
    model_run run(unpaced(), poisoned_by(bad, "21"));
    run.list_cards(100'000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::refused), 200U);
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 99'800U);
    EXPECT_LE(run.request_count(), 1000U + 200 * 9);
}

TEST(poisoned_list, AP7_takes_no_more_than_a_tenth_of_the_rate_while_other_work_waits) {
    std::set<std::uint64_t> bad;  // one in each of the first ten requests
    for (std::uint64_t index = 50; index < 1000; index += 100)
        bad.insert(index);
    auto settings = unpaced();
    settings.pace.limits = {rate_limit{100, 1s}};
    model_run run(settings, poisoned_by(bad));
    run.list_cards(100'000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::refused), 10U);
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 99'990U);
    std::size_t full = 0;
    std::size_t hunts = 0;
    for (const auto& request : run.requests()) {
        ++(request.cards.size() == 100 ? full : hunts);
        if (full < 1000) {
            ASSERT_LE(hunts, full / 9 + 1);
        }
    }
    EXPECT_LE(hunts, 100U);
}

TEST(poisoned_list, AP7_takes_a_request_apart_that_fails_again_and_again_while_others_are_answered) {
    for (const auto& fault :
         {failing(card::failure_kind::timeout), failing(card::failure_kind::closed), http_status(500)}) {
        const auto bad = numbers_at({42});
        model_run run(unpaced(), [&](const model_request& request) {
            return holds_one_of(request, bad) ? fault : answer_all(request);
        });
        run.list_cards(50'000);
        run.execute();
        EXPECT_EQ(run.row_of(43).outcome, outcome_kind::failed);
        EXPECT_EQ(run.count_of(outcome_kind::resolved), 49'999U) << "nobody else pays for it";
        EXPECT_LE(run.request_count(), 500U + 25);
    }
}

TEST(poisoned_list, AP7_isolates_a_code_that_nobody_knows) {
    model_run run(unpaced(), poisoned_by({4'999}, "4711"));
    run.list_cards(10'000);
    run.execute();
    EXPECT_EQ(run.row_of(5'000).status, "4711");
    EXPECT_EQ(run.row_of(5'000).outcome, outcome_kind::failed);
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 9'999U);
}

TEST(poisoned_list, AP10_seldom_takes_apart_what_failed_by_chance) {
    random_source random(3);
    auto settings = unpaced();
    settings.attempts = 20;
    model_run run(settings, [&](const model_request& request) {
        return random.fraction() < 0.3 ? http_status(500) : answer_all(request);
    });
    run.list_cards(200'000);
    run.execute();
    EXPECT_EQ(run.rows_written(), 200'000U);
    EXPECT_LE(run.dispatch().counts().hunting, run.request_count() / 20);
    EXPECT_EQ(run.count_of(outcome_kind::failed), 0U);
}

TEST(poisoned_list, an_outage_takes_no_request_apart) {
    model_run run(unpaced(), [](const model_request& request) {
        const auto since = request.at - model_run::start;
        return since > 1s && since < 10min ? failing(card::failure_kind::timeout) : answer_all(request);
    });
    run.list_cards(100'000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 100'000U);
    EXPECT_EQ(run.dispatch().counts().hunting, 0U);
}

TEST(poisoned_list, AP8_forgets_no_card_where_a_group_is_too_large) {
    const auto bad = numbers_at({5});
    model_run run(unpaced(), [&](const model_request& request) {
        if (request.number > 3 && request.cards.size() > 7) return top_status("18");
        return holds_one_of(request, bad) ? top_status("10") : answer_all(request);
    });
    run.list_cards(1000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::refused), 1U);
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 999U);
}

TEST(poisoned_list, AP3_asks_a_card_with_conflicting_answers_alone) {
    model_run run(unpaced(), [](const model_request& request) {
        auto answer = answer_all(request);
        if (request.cards.size() > 1)
            answer.items.push_back({"0", "", request.cards.front(), "460000000000000"});
        return answer;
    });
    run.list_cards(300);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 300U);
    EXPECT_EQ(run.wrong_rows(), 0U);
    EXPECT_EQ(run.request_count(), 6U) << "three full ones, and one for each card that conflicts";
}

TEST(poisoned_list, AP1_pools_what_replies_leave_out_into_full_requests) {
    model_run run(unpaced(), [](const model_request& request) {
        auto answer = answer_all(request);
        if (answer.items.size() > 1) answer.items.erase(answer.items.begin() + 17 % answer.items.size());
        return answer;
    });
    run.keep_rows(false);
    run.list_cards(1'000'000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 1'000'000U);
    EXPECT_LE(run.request_count(), 10'200U) << "1.02 times the ideal";
}

TEST(poisoned_list, IN3_asks_once_for_lines_that_repeat_within_a_bounded_distance) {
    auto settings = unpaced();
    settings.remembered = 1000;
    std::vector<card::card_number> cards;
    for (int again = 0; again < 5; ++again) {
        for (std::uint64_t index = 0; index < 1000; ++index)
            cards.push_back(numbered_msisdn(index));
    }
    model_run run(settings, [](const model_request& request) {
        auto answer = answer_all(request);
        for (auto& item : answer.items) {
            if (item.asked == numbered_msisdn(7)) item.status = "25";
        }
        return answer;
    });
    run.list(cards);
    run.execute();
    EXPECT_EQ(run.rows_written(), 5000U);
    EXPECT_EQ(run.wrong_rows(), 0U);
    EXPECT_EQ(run.count_of(outcome_kind::refused), 5U);
    EXPECT_EQ(run.request_count(), 10U);
}

}  // namespace
}  // namespace cardresolver::dispatch::testing_support
