// What becomes of every code of the catalogue, at the top and at an item, with one card and with many.
#include "dispatch/model_carrier.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace cardresolver::dispatch::testing_support {
namespace {

using card::outcome_kind;

/// What the code does to the card that it strikes; it strikes always.
enum class effect : std::uint8_t {
    resolved,  ///< no fault at all
    refused,   ///< the row gives code and text
    failed,    ///< the row gives code and text, after all attempts
    missing,   ///< the reply says nothing about the card: the row says so, after all attempts
    never,     ///< asked again without end, at nobody's expense
    put_off,   ///< asked again for minutes at nobody's expense; then the row gives code and text
    account,   ///< the run stops: account refused
    wrong_interface,
    own_fault,
};

struct expectation {
    const char* code;
    effect at_top;
    effect at_item;
};

/// Codes 0 and 25 are the document's; the others were seen in the field.
const std::vector<expectation> table{
    {"0", effect::missing, effect::resolved},
    {"2", effect::refused, effect::refused},
    {"11", effect::refused, effect::refused},
    {"12", effect::refused, effect::refused},
    {"25", effect::refused, effect::refused},
    {"21", effect::refused, effect::refused},
    {"10", effect::refused, effect::refused},
    {"18", effect::failed, effect::refused},
    {"13", effect::own_fault, effect::refused},
    {"71", effect::never, effect::put_off},
    {"72", effect::never, effect::put_off},
    {"73", effect::never, effect::put_off},
    {"1", effect::failed, effect::failed},
    {"99", effect::failed, effect::failed},
    {"101", effect::failed, effect::failed},
    {"102", effect::failed, effect::failed},
    {"118040195", effect::failed, effect::failed},
    {"118030478", effect::failed, effect::failed},
    {"3", effect::account, effect::refused},
    {"4", effect::account, effect::refused},
    {"6", effect::account, effect::refused},
    {"7", effect::account, effect::refused},
    {"8", effect::account, effect::refused},
    {"118040196", effect::account, effect::refused},
    {"10006", effect::wrong_interface, effect::refused},
    {"4711", effect::failed, effect::refused},  // a code that nobody knows
};

settings ten_at_a_time() {
    settings settings;
    settings.pace.limits.clear();
    settings.batch_size = 10;
    settings.window = 400;
    return settings;
}

constexpr std::uint64_t struck = 3;  ///< index of the card that the code is about; its line is one more

bool holds_struck(const model_request& request) {
    for (const auto& number : request.cards) {
        if (number == numbered_msisdn(struck)) return true;
    }
    return false;
}

/// The code at the top of every reply to a request with the struck card.
model_run::carrier_rule at_top(const std::string& code) {
    return [code](const model_request& request) {
        return holds_struck(request) ? top_status(code, "text") : answer_all(request);
    };
}

/// The code at the struck card's item.
model_run::carrier_rule at_item(const std::string& code) {
    return [code](const model_request& request) {
        auto answer = answer_all(request);
        for (auto& item : answer.items) {
            if (item.asked != numbered_msisdn(struck)) continue;
            item.status = code;
            item.message = "text";
        }
        return answer;
    };
}

void expect_effect(model_run& run, effect expected, const std::string& code) {
    const auto& stopped = run.dispatch().stopped();
    switch (expected) {
        case effect::resolved:
            EXPECT_EQ(run.row_of(struck + 1).outcome, outcome_kind::resolved);
            return;
        case effect::put_off:
            EXPECT_GE(run.elapsed(), std::chrono::minutes(3));
            [[fallthrough]];
        case effect::refused:
        case effect::failed:
            EXPECT_EQ(run.row_of(struck + 1).outcome,
                      expected == effect::refused ? outcome_kind::refused : outcome_kind::failed);
            EXPECT_EQ(run.row_of(struck + 1).status, code);
            EXPECT_EQ(run.row_of(struck + 1).message, "text");
            EXPECT_FALSE(stopped);
            return;
        case effect::missing:
            EXPECT_EQ(run.row_of(struck + 1).outcome, outcome_kind::failed);
            EXPECT_EQ(run.row_of(struck + 1).status, "missing");
            EXPECT_FALSE(stopped);
            return;
        case effect::never:
            EXPECT_THROW(static_cast<void>(run.row_of(struck + 1)), std::out_of_range);
            EXPECT_FALSE(stopped);
            return;
        case effect::account:
            ASSERT_TRUE(stopped);
            EXPECT_EQ(stopped->reason, stop_reason::account_refused);
            return;
        case effect::wrong_interface:
            ASSERT_TRUE(stopped);
            EXPECT_EQ(stopped->reason, stop_reason::wrong_interface);
            return;
        case effect::own_fault:
            ASSERT_TRUE(stopped);
            EXPECT_EQ(stopped->reason, stop_reason::own_fault);
            return;
    }
}

class catalogue_table : public ::testing::TestWithParam<expectation> {};

TEST_P(catalogue_table, AP6_AP7_AP8_AP9_AP10_at_the_top_with_one_card) {
    auto settings = ten_at_a_time();
    settings.batch_size = 1;
    model_run run(settings, at_top(GetParam().code));
    run.list_cards(20);
    run.execute(std::chrono::minutes(30));
    expect_effect(run, GetParam().at_top, GetParam().code);
}

TEST_P(catalogue_table, AP6_AP7_AP8_AP9_AP10_at_the_top_with_many_cards) {
    model_run run(ten_at_a_time(), at_top(GetParam().code));
    run.list_cards(1000);
    run.execute(std::chrono::minutes(30));
    expect_effect(run, GetParam().at_top, GetParam().code);
    const bool is_about_one_card =
        GetParam().at_top == effect::refused || GetParam().at_top == effect::failed;
    if (!is_about_one_card) return;
    EXPECT_EQ(run.count_of(outcome_kind::resolved), 999U) << "one bad card condemns no other";
    EXPECT_EQ(run.rows_written(), 1000U);
}

TEST_P(catalogue_table, AP5_AP6_at_an_item_with_one_card) {
    auto settings = ten_at_a_time();
    settings.batch_size = 1;
    model_run run(settings, at_item(GetParam().code));
    run.list_cards(20);
    run.execute(std::chrono::minutes(30));
    expect_effect(run, GetParam().at_item, GetParam().code);
    EXPECT_EQ(run.count_of(outcome_kind::resolved), GetParam().at_item == effect::resolved ? 20U : 19U);
}

TEST_P(catalogue_table, AP5_AP6_at_an_item_with_many_cards) {
    model_run run(ten_at_a_time(), at_item(GetParam().code));
    run.list_cards(100);
    run.execute(std::chrono::minutes(30));
    expect_effect(run, GetParam().at_item, GetParam().code);
    EXPECT_EQ(run.count_of(outcome_kind::resolved), GetParam().at_item == effect::resolved ? 100U : 99U);
}

INSTANTIATE_TEST_SUITE_P(every_code, catalogue_table, ::testing::ValuesIn(table),
                         [](const auto& row) { return "code_" + std::string(row.param.code); });

TEST(catalogue_table, AP10_lets_the_configuration_give_a_code_another_class) {
    for (const char* code : {"4711", "99"}) {
        model_run run(ten_at_a_time(), at_top(code));
        run.catalogue().reclassify(code, carrier::status_class::card);
        run.list_cards(100);
        run.execute();
        expect_effect(run, effect::refused, code);
    }
}

}  // namespace
}  // namespace cardresolver::dispatch::testing_support
