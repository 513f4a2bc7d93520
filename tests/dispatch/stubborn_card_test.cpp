// Lists with a card in them that the carrier will not answer, in all the ways there are: it must not cost the
// others their answers, nor the run its end.
#include "dispatch/model_carrier.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace cardresolver::dispatch::testing_support {
namespace {

using namespace std::chrono_literals;
using card::outcome_kind;

constexpr std::uint64_t bad = 7;  // the index of the card; its line is one more

bool holds_bad(const model_request& request) {
    return std::find(request.cards.begin(), request.cards.end(), numbered_msisdn(bad)) != request.cards.end();
}

settings with_rate(std::optional<rate_limit> rate) {
    settings settings;
    settings.pace.limits.clear();
    if (rate) settings.pace.limits.push_back(*rate);
    return settings;
}

/// Every card is answered, but for the bad one's item.
model_run::carrier_rule bad_item(const std::string& status) {
    return [status](const model_request& request) {
        auto answer = answer_all(request);
        for (auto& item : answer.items) {
            if (item.asked == numbered_msisdn(bad)) item = {status, "later", item.asked, ""};
        }
        return answer;
    };
}

TEST(stubborn_card, AP10_RL2_an_item_that_is_put_off_again_and_again_holds_nobody_else) {
    for (const auto* status : {"71", "72", "73"}) {
        for (const auto& rate : {std::optional<rate_limit>(), std::optional(rate_limit{50, 1s})}) {
            auto settings = with_rate(rate);
            settings.attempts = 3;
            model_run run(settings, bad_item(status));
            run.list_cards(10'000);
            run.execute(30min);
            EXPECT_TRUE(run.dispatch().is_finished()) << status;
            EXPECT_EQ(run.count_of(outcome_kind::resolved), 9'999U) << status;
            EXPECT_EQ(run.row_of(bad + 1).outcome, outcome_kind::failed);
            EXPECT_EQ(run.row_of(bad + 1).status, status);
            EXPECT_LE(run.request_count(), 100U + 25U) << status;
            EXPECT_LE(run.elapsed(), 10min) << status;
        }
    }
}

TEST(stubborn_card, AP10_an_item_that_is_put_off_for_minutes_gets_its_answer) {
    model_run* running = nullptr;
    model_run run(with_rate(std::nullopt), [&](const model_request& request) {
        return running->elapsed() < 2min ? bad_item("73")(request) : answer_all(request);
    });
    running = &run;
    run.list_cards(1'000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 1'000U);
}

TEST(stubborn_card, RL2_items_that_are_mostly_throttled_hold_the_account) {
    std::vector<time_point> sent;
    model_run run(with_rate(std::nullopt), [&](const model_request& request) {
        sent.push_back(request.at);
        auto answer = answer_all(request);
        if (sent.size() > 5) return answer;
        for (std::size_t i = 0; i < answer.items.size() / 2; ++i)
            answer.items[i] = {"71", "", answer.items[i].asked, ""};
        return answer;
    });
    run.list_cards(500);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 500U);
    ASSERT_GT(sent.size(), 2U);
    EXPECT_GE(sent[1] - sent[0], 110ms) << "50 ms of them are latency";
}

TEST(stubborn_card, AP5_an_item_without_a_status_is_no_answer) {
    const auto without_status = [](const std::string& top) {
        return [top](const model_request& request) {
            auto answer = answer_all(request);
            answer.status = top;
            for (auto& item : answer.items)
                item.status.clear();
            return request.number < 3 ? answer : answer_all(request);
        };
    };
    for (const auto* top : {"0", "99", "21"}) {
        model_run run(with_rate(std::nullopt), without_status(top));
        run.list_cards(5);
        run.execute();
        EXPECT_EQ(run.count_of(outcome_kind::resolved), 5U) << top;
    }
    model_run never(with_rate(std::nullopt), [](const model_request& request) {
        auto answer = answer_all(request);
        for (auto& item : answer.items)
            item.status.clear();
        return answer;
    });
    never.list_cards(5);
    never.execute();
    EXPECT_EQ(never.count_of(outcome_kind::failed), 5U);
    EXPECT_EQ(never.row_of(1).status, "missing");
}

struct spoiling {
    const char* name;
    model_answer (*answer)();
};

model_answer nothing() {
    return top_status("0");
}

/// A batch with the bad card in it fails in this way whenever it is asked, and nothing else does.
TEST(stubborn_card, AP7_a_batch_that_keeps_failing_costs_no_good_card_however_short_the_list) {
    const spoiling ways[]{
        {"empty result", nothing},
        {"HTTP 500", [] { return http_status(500); }},
        {"HTTP 302", [] { return http_status(302); }},
        {"no JSON",
         [] {
             model_answer answer;
             answer.what = model_answer::kind::malformed;
             return answer;
         }},
        {"time-out", [] { return failing(card::failure_kind::timeout); }},
        {"reset", [] { return failing(card::failure_kind::closed); }},
        {"99", [] { return top_status("99"); }},
        {"unknown code", [] { return top_status("555"); }},
    };
    for (const auto& way : ways) {
        for (const std::uint64_t count : {200U, 1'000U, 5'000U}) {
            model_run run(with_rate(std::nullopt), [&](const model_request& request) {
                return holds_bad(request) ? way.answer() : answer_all(request);
            });
            run.list_cards(count);
            run.execute(2h);
            EXPECT_EQ(run.count_of(outcome_kind::resolved), count - 1)
                << way.name << ", " << count << " cards";
            EXPECT_EQ(run.count_of(outcome_kind::failed), 1U) << way.name << ", " << count << " cards";
            EXPECT_LE(run.request_count(), count / 100 + 40) << way.name << ", " << count << " cards";
        }
    }
}

/// The other side of it: where nothing is answered any more, it is no card's fault.
TEST(stubborn_card, NW2_an_outage_in_a_short_list_fails_no_card) {
    for (const std::uint64_t count : {200U, 1'000U}) {
        model_run* running = nullptr;
        model_run run(with_rate(std::nullopt), [&](const model_request& request) {
            const bool is_out = request.number > 1 && running->elapsed() < 1h;
            return is_out ? failing(card::failure_kind::closed) : answer_all(request);
        });
        running = &run;
        run.list_cards(count);
        run.execute();
        EXPECT_EQ(run.count_of(outcome_kind::resolved), count);
    }
}

TEST(stubborn_card, AP1_a_carrier_that_leaves_out_whoever_stands_first_answers_all_in_the_end) {
    auto settings = with_rate(std::nullopt);
    settings.attempts = 4;
    model_run run(settings, [](const model_request& request) {
        auto answer = answer_all(request);
        if (answer.items.size() > 1) answer.items.erase(answer.items.begin());
        return answer;
    });
    run.list_cards(2'000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 2'000U);
}

TEST(stubborn_card, HT1_a_path_that_is_not_there_stops_the_run_before_it_has_begun) {
    model_run run(with_rate(std::nullopt), [](const model_request&) { return http_status(404); });
    run.list_cards(1'000);
    run.execute();
    ASSERT_TRUE(run.dispatch().stopped());
    EXPECT_EQ(run.dispatch().stopped()->reason, stop_reason::wrong_interface);
    EXPECT_EQ(run.request_count(), 2U);
    EXPECT_EQ(run.rows_written(), 0U);
}

}  // namespace
}  // namespace cardresolver::dispatch::testing_support
