#include "dispatch/dispatcher.hpp"

#include "dispatch/model_carrier.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace cardresolver::dispatch::testing_support {
namespace {

using namespace std::chrono_literals;
using card::failure_kind;
using card::outcome_kind;

settings unpaced() {
    settings settings;
    settings.pace.limits.clear();
    settings.batch_size = 10;
    settings.window = 400;
    return settings;
}

void add(dispatcher& to, const listed_card& card, time_point now, outcome_listener& listener) {
    to.add({&card, 1}, 1, now, listener);
}

TEST(dispatcher, asks_full_requests_and_answers_every_line) {
    model_run run(unpaced(), answer_all);
    run.list_cards(1005);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 1005U);
    EXPECT_EQ(run.wrong_rows(), 0U);
    EXPECT_EQ(run.request_count(), 101U);
    EXPECT_EQ(run.requests().back().cards.size(), 5U);
}

TEST(dispatcher, AP9_keeps_one_request_in_flight_until_the_first_answer) {
    std::size_t most = 0;
    model_run* running = nullptr;
    model_run run(unpaced(), [&](const model_request& request) {
        if (request.number <= 3) {
            most = std::max(most, running->dispatch().in_flight());
            return http_status(500);
        }
        return answer_all(request);
    });
    running = &run;
    run.list_cards(400);
    run.execute();
    EXPECT_EQ(most, 1U);
    EXPECT_EQ(run.most_in_flight(), 16U);
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 400U);
}

TEST(dispatcher, IN4_never_mixes_kinds_in_a_request) {
    std::vector<card::card_number> cards;
    for (int i = 0; i < 95; ++i) {
        cards.push_back(numbered_msisdn(static_cast<std::uint64_t>(i)));
        cards.emplace_back(card::card_kind::imsi, std::to_string(460'040'000'000'000 + i));
        cards.emplace_back(card::card_kind::iccid, std::to_string(8'986'000'000'000'000'000 + i) + "F");
    }
    model_run run(unpaced(), answer_all);
    run.list(cards);
    run.execute();
    EXPECT_EQ(run.rows_written(), 285U);
    EXPECT_EQ(run.request_count(), 30U);
    for (const auto& request : run.requests()) {
        for (const auto& number : request.cards)
            EXPECT_EQ(number.kind(), request.cards.front().kind());
    }
}

TEST(dispatcher, asks_a_lone_card_at_once_where_no_other_may_come) {
    const carrier::status_catalogue catalogue;
    auto settings = unpaced();
    settings.linger = 1h;
    dispatcher one(settings, catalogue);
    const auto now = model_run::start;
    model_run nobody(settings, answer_all);
    one.on_grant(grant_all(one.ask_ledger(now)), now);
    add(one, {numbered_msisdn(1), 1}, now, nobody);
    EXPECT_EQ(one.may_send_at(now), now + 1h);
    one.block_intake(true);
    EXPECT_EQ(one.may_send_at(now), now);
    one.block_intake(false);
    EXPECT_EQ(one.may_send_at(now), now + 1h);
}

TEST(dispatcher, wants_no_more_cards_of_one_kind_than_soon_go_out) {
    const carrier::status_catalogue catalogue;
    auto settings = unpaced();
    settings.connections = 4;
    dispatcher one(settings, catalogue);
    const auto now = model_run::start;
    model_run nobody(settings, answer_all);
    one.on_grant(grant_all(one.ask_ledger(now)), now);
    constexpr std::size_t for_all_and_two_more = 60;
    EXPECT_EQ(one.cards_wanted(), for_all_and_two_more);
    for (std::uint64_t line = 1; line <= for_all_and_two_more; ++line)
        add(one, {numbered_msisdn(line), line}, now, nobody);
    EXPECT_EQ(one.cards_wanted(), 0U);
    ASSERT_TRUE(one.next(now));
    EXPECT_EQ(one.cards_wanted(), 0U) << "one more is in flight, and one fewer can be";
    add(one, {{card::card_kind::imsi, "460040000000000"}, 61}, now, nobody);
    EXPECT_EQ(one.cards_wanted(), settings.window - 61) << "a rarer kind shall fill its requests";
}

TEST(dispatcher, IN3_asks_a_repeated_number_once_while_it_is_under_way) {
    model_run run(unpaced(), answer_all);
    run.list(std::vector<card::card_number>(300, numbered_msisdn(7)));
    run.execute();
    EXPECT_EQ(run.rows_written(), 300U);
    EXPECT_EQ(run.wrong_rows(), 0U);
    EXPECT_EQ(run.request_count(), 1U);
}

TEST(dispatcher, AP1_asks_again_for_what_was_left_out_and_pools_it) {
    model_run run(unpaced(), [](const model_request& request) {
        auto answer = answer_all(request);
        if (answer.items.size() > 1) answer.items.pop_back();
        return answer;
    });
    run.list_cards(10'000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 10'000U);
    EXPECT_LE(run.request_count(), 1'115U) << "a tenth, a hundredth, … again, and a little for the end";
}

TEST(dispatcher, AP1_fails_a_card_that_is_always_left_out_as_missing) {
    auto settings = unpaced();
    settings.attempts = 3;
    model_run run(settings, [](const model_request& request) {
        auto answer = answer_all(request);
        std::erase_if(answer.items, [](const auto& item) { return item.asked == numbered_msisdn(4); });
        return answer;
    });
    run.list_cards(20);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 19U);
    EXPECT_EQ(run.row_of(5).outcome, outcome_kind::failed);
    EXPECT_EQ(run.row_of(5).status, "missing");
}

TEST(dispatcher, AP2_AP12_drops_foreign_items_and_keeps_the_first_answer) {
    model_run run(unpaced(), [](const model_request& request) {
        auto answer = answer_all(request);
        answer.items.push_back({"0", "", numbered_msisdn(999'999), "460000000000000"});
        answer.items.push_back(answer.items.front());
        return answer;
    });
    run.list_cards(40);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 40U);
    EXPECT_EQ(run.wrong_rows(), 0U);
    EXPECT_EQ(run.dispatch().counts().foreign_items, 4U);
    EXPECT_EQ(run.dispatch().counts().repeated_items, 4U);
}

TEST(dispatcher, AP3_fails_a_card_whose_answers_always_conflict) {
    auto settings = unpaced();
    settings.attempts = 2;
    model_run run(settings, [](const model_request& request) {
        auto answer = answer_all(request);
        answer.items.push_back({"0", "", request.cards.front(), "460000000000000"});
        return answer;
    });
    run.list_cards(1);
    run.execute();
    EXPECT_EQ(run.row_of(1).status, "conflict");
}

TEST(dispatcher, AP11_HT5_discards_a_reply_that_answers_for_other_cards) {
    model_run run(unpaced(), [](const model_request& request) {
        if (request.number != 2) return answer_all(request);
        model_answer answer;
        answer.items.push_back({"0", "", numbered_msisdn(1), "460000000000000"});
        return answer;
    });
    run.list_cards(40);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 40U);
    EXPECT_EQ(run.wrong_rows(), 0U);
    EXPECT_EQ(run.dispatch().counts().discarded, 1U);
}

/// The status comes for ever for one card, in every request with it: what the end is, each status has one.
TEST(dispatcher, HT1_every_status_has_a_defined_end) {
    for (unsigned status = 100; status < 1000; ++status) {
        if (status == 200) continue;
        SCOPED_TRACE(status);
        model_run run(unpaced(), [&](const model_request& request) {
            const auto& cards = request.cards;
            const bool is_struck = std::find(cards.begin(), cards.end(), numbered_msisdn(3)) != cards.end();
            return is_struck ? http_status(status) : answer_all(request);
        });
        run.list_cards(300);
        run.execute(30min);
        if (status == 401 || status == 403) {
            ASSERT_TRUE(run.dispatch().stopped());
            EXPECT_EQ(run.dispatch().stopped()->reason, stop_reason::account_refused);
            continue;
        }
        EXPECT_FALSE(run.dispatch().stopped());
        if (status == 429) {
            EXPECT_THROW(static_cast<void>(run.row_of(4)), std::out_of_range) << "asked again without end";
            continue;
        }
        EXPECT_EQ(run.count_of(outcome_kind::resolved), 299U);
        EXPECT_EQ(run.row_of(4).outcome, outcome_kind::failed);
        EXPECT_EQ(run.row_of(4).status, "http-" + std::to_string(status));
    }
}

TEST(dispatcher, AP5_lets_the_item_win_over_the_top_status) {
    model_run run(unpaced(), [](const model_request& request) {
        auto answer = answer_all(request);
        answer.items[0].status = "25";
        answer.items[0].message = " not yours\x1b[31m";
        if (request.number == 1) {
            answer.status = "99";
            answer.items.resize(4);
        }
        return answer;
    });
    run.list_cards(10);
    run.execute();
    EXPECT_EQ(run.row_of(1).outcome, outcome_kind::refused);
    EXPECT_EQ(run.row_of(1).status, "25");
    EXPECT_EQ(run.row_of(1).message.find('\x1b'), std::string::npos);
    EXPECT_EQ(run.requests()[1].cards.size(), 6U) << "the four with an item are decided";
    EXPECT_EQ(run.rows_written(), 10U);
}

TEST(dispatcher, AP6_AP7_condemns_one_card_and_not_the_rest_of_its_request) {
    for (const char* code : {"2", "10", "11", "12", "21", "25"}) {
        model_run run(unpaced(), [&](const model_request& request) {
            for (const auto& number : request.cards) {
                if (number == numbered_msisdn(3)) return top_status(code, "bad");
            }
            return answer_all(request);
        });
        run.list_cards(10);
        run.execute();
        EXPECT_EQ(run.row_of(4).outcome, outcome_kind::refused) << code;
        EXPECT_EQ(run.row_of(4).status, code);
        EXPECT_EQ(run.row_of(4).message, "bad");
        EXPECT_EQ(run.count_of(outcome_kind::resolved), 9U) << code;
    }
}

TEST(dispatcher, AP8_halves_requests_that_are_too_large_and_remembers) {
    model_run run(unpaced(), [](const model_request& request) {
        return request.cards.size() > 3 ? top_status("18") : answer_all(request);
    });
    run.list_cards(1000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 1000U);
    EXPECT_LE(run.request_count(), 1000 / 2 + 10U);
}

TEST(dispatcher, AP10_retries_in_passing_and_then_fails_with_the_last_code) {
    struct expectation {
        model_answer answer;
        const char* status;
    };
    model_answer malformed;
    malformed.what = model_answer::kind::malformed;
    const std::vector<expectation> table{{top_status("99", "fault"), "99"},
                                         {top_status("4711", "?"), "4711"},
                                         {http_status(503), "http-503"},
                                         {http_status(408), "http-408"},
                                         {http_status(302), "http-302"},
                                         {failing(failure_kind::timeout), "timeout"},
                                         {failing(failure_kind::closed), "connection"},
                                         {failing(failure_kind::protocol), "malformed"},
                                         {malformed, "malformed"}};
    for (const auto& row : table) {
        model_run run(unpaced(), [&](const model_request&) { return row.answer; });
        run.list_cards(1);
        run.execute();
        EXPECT_EQ(run.request_count(), 6U) << row.status;
        EXPECT_EQ(run.row_of(1).outcome, outcome_kind::failed) << row.status;
        EXPECT_EQ(run.row_of(1).status, row.status);
    }
}

TEST(dispatcher, AP9_stops_at_the_second_account_refusal) {
    for (const char* code : {"3", "4", "6", "7", "8", "118040196"}) {
        model_run run(unpaced(), [&](const model_request&) { return top_status(code, "no"); });
        run.list_cards(1000);
        run.execute();
        ASSERT_TRUE(run.dispatch().stopped()) << code;
        EXPECT_EQ(run.dispatch().stopped()->reason, stop_reason::account_refused);
        EXPECT_EQ(run.dispatch().stopped()->detail, std::string(code) + " no");
        EXPECT_EQ(run.request_count(), 2U);
        EXPECT_EQ(run.rows_written(), 0U);
    }
}

TEST(dispatcher, AP9_goes_on_where_the_second_try_is_answered) {
    model_run run(unpaced(), [&](const model_request& request) {
        return request.number == 7 ? top_status("7") : answer_all(request);
    });
    run.list_cards(1000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 1000U);
    EXPECT_FALSE(run.dispatch().stopped());
}

TEST(dispatcher, stops_at_once_for_a_wrong_interface_and_an_own_fault) {
    model_run wrong(unpaced(), [](const model_request&) { return top_status("10006"); });
    wrong.list_cards(1);
    wrong.execute();
    EXPECT_EQ(wrong.dispatch().stopped()->reason, stop_reason::wrong_interface);
    model_run own(unpaced(), [](const model_request&) { return top_status("13"); });
    own.list_cards(1);
    own.execute();
    EXPECT_EQ(own.dispatch().stopped()->reason, stop_reason::own_fault);
    EXPECT_EQ(own.request_count(), 1U);
}

TEST(dispatcher, RL2_AP10_never_charges_throttling_or_a_busy_carrier_to_the_cards) {
    for (const char* code : {"71", "72", "73"}) {
        auto settings = unpaced();
        settings.attempts = 1;
        model_run run(settings, [&](const model_request& request) {
            return request.number % 3 == 0 ? answer_all(request) : top_status(code);
        });
        run.list_cards(200);
        run.execute();
        EXPECT_EQ(run.count_of(outcome_kind::resolved), 200U) << code;
    }
}

TEST(dispatcher, NW7_sends_again_freely_what_met_a_closed_connection) {
    auto settings = unpaced();
    settings.attempts = 1;
    model_run run(settings, [](const model_request& request) {
        return request.number % 2 == 0 ? failing(failure_kind::stale) : answer_all(request);
    });
    run.list_cards(500);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 500U);
}

TEST(dispatcher, charges_no_card_for_an_outage) {
    auto settings = unpaced();
    model_run run(settings, [](const model_request& request) {
        const auto since = request.at - model_run::start;
        return since > 1s && since < 1h ? failing(failure_kind::timeout) : answer_all(request);
    });
    run.list_cards(100'000);
    run.execute();
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 100'000U);
    EXPECT_LE(run.request_count(), 10'000U + 3'600 / 2 + 100);
}

TEST(dispatcher, gives_up_where_nothing_ever_answers) {
    auto settings = unpaced();
    settings.give_up_after = 5s;
    model_run run(settings, [](const model_request&) { return failing(failure_kind::closed); });
    run.list_cards(1000);
    run.execute();
    ASSERT_TRUE(run.dispatch().stopped());
    EXPECT_EQ(run.dispatch().stopped()->reason, stop_reason::never_reached);
    EXPECT_EQ(run.elapsed(), 5s);
    EXPECT_NE(run.dispatch().stopped()->detail.find("closed"), std::string::npos);
}

TEST(dispatcher, NW2_knows_how_the_carrier_fails_while_it_is_away) {
    const carrier::status_catalogue catalogue;
    dispatcher dispatcher(unpaced(), catalogue);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(dispatcher.outage(), "");
        dispatcher.on_opening(model_run::start);
        dispatcher.on_open_failed({card::failure_stage::connect, failure_kind::unreachable, "refused"});
    }
    EXPECT_EQ(dispatcher.outage(), "connect: unreachable: refused");
    dispatcher.on_opened();
    EXPECT_EQ(dispatcher.outage(), "");
}

TEST(dispatcher, tells_how_the_carrier_fails_while_it_is_away) {
    const auto foreign = [](const model_request& request) {
        auto answer = answer_all(request);
        for (auto& item : answer.items)
            item.asked = numbered_msisdn(999'999);
        return answer;
    };
    const std::vector<std::pair<model_run::carrier_rule, std::string>> table{
        {[](const auto&) { return top_status("99", "系统异常"); }, "99 系统异常"},
        {[](const auto&) { return http_status(503); }, "HTTP status 503"},
        {[](const auto&) { return failing(failure_kind::timeout); }, "timeout"},
        {foreign, "malformed the reply answers for other cards"},
    };
    for (const auto& row : table) {
        model_run* running = nullptr;
        std::string outage;
        model_run run(unpaced(), [&](const model_request& request) {
            if (outage.empty()) outage = running->dispatch().outage();
            const auto since = request.at - model_run::start;
            return since > 1s && since < 5min ? row.first(request) : answer_all(request);
        });
        running = &run;
        run.list_cards(100'000);
        run.execute();
        EXPECT_NE(outage.find(row.second), std::string::npos) << outage << " in place of " << row.second;
        EXPECT_EQ(run.dispatch().outage(), "");
    }
}

TEST(dispatcher, NW4_silence_is_an_outage_from_the_first_request_that_was_waited_for_in_vain) {
    model_run* running = nullptr;
    std::vector<bool> is_away;
    model_run run(unpaced(), [&](const model_request& request) {
        is_away.push_back(!running->dispatch().outage().empty());
        auto silence = failing(failure_kind::timeout);
        silence.latency = 25s;
        return request.number < 3 ? silence : answer_all(request);
    });
    running = &run;
    run.list_cards(400);
    run.execute();
    is_away.resize(4);
    EXPECT_EQ(is_away, (std::vector<bool>{false, true, true, false}));
}

TEST(dispatcher, TL1_stops_at_once_where_the_first_certificate_is_refused) {
    const carrier::status_catalogue catalogue;
    dispatcher dispatcher(unpaced(), catalogue);
    dispatcher.on_opening(model_run::start);
    dispatcher.on_open_failed({card::failure_stage::handshake, failure_kind::certificate, "expired"});
    ASSERT_TRUE(dispatcher.stopped());
    EXPECT_EQ(dispatcher.stopped()->reason, stop_reason::certificate_refused);
    EXPECT_EQ(dispatcher.stopped()->detail, "expired");
    EXPECT_TRUE(dispatcher.is_finished());
}

TEST(dispatcher, PR3_drains_what_is_in_flight_and_sends_nothing_more) {
    model_run* running = nullptr;
    model_run run(unpaced(), [&](const model_request& request) {
        if (request.number == 20) running->dispatch().drain();
        return answer_all(request);
    });
    running = &run;
    run.list_cards(10'000);
    run.execute();
    EXPECT_TRUE(run.dispatch().is_finished());
    EXPECT_EQ(run.request_count(), 20U);
    EXPECT_EQ(run.rows_written(), 200U);
}

TEST(dispatcher, names_the_lines_of_a_request_where_a_trace_wants_them) {
    for (const bool is_traced : {false, true}) {
        auto chosen = unpaced();
        chosen.names_lines = is_traced;
        const carrier::status_catalogue catalogue;
        dispatcher dispatcher(chosen, catalogue);
        model_run nobody(chosen, answer_all);
        for (std::uint64_t line : {7U, 9U, 8U})
            add(dispatcher, {numbered_msisdn(line), line}, {}, nobody);
        dispatcher.end_input();
        dispatcher.on_grant(grant_all(dispatcher.ask_ledger({})), {});
        const auto order = dispatcher.next({});
        ASSERT_TRUE(order);
        EXPECT_EQ(std::vector<std::uint64_t>(order->lines.begin(), order->lines.end()),
                  is_traced ? (std::vector<std::uint64_t>{7, 9, 8}) : std::vector<std::uint64_t>{});
    }
}

TEST(dispatcher, AP6_reports_a_success_without_numbers_as_no_answer) {
    auto settings = unpaced();
    settings.attempts = 2;
    model_run run(settings, [](const model_request& request) {
        auto answer = answer_all(request);
        for (auto& item : answer.items)
            item.imsi = "8.98E19";
        return answer;
    });
    run.list_cards(1);
    run.execute();
    EXPECT_EQ(run.row_of(1).outcome, outcome_kind::failed);
    EXPECT_EQ(run.row_of(1).status, "missing");
}

}  // namespace
}  // namespace cardresolver::dispatch::testing_support
