#include "app/ending.hpp"

#include "app/options/point_in_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace cardresolver::app {
namespace {

using dispatch::stop_reason;
using run::run_end;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

run::result ended(run_end end, std::string message = {}) {
    run::result result;
    result.end = end;
    result.message = std::move(message);
    return result;
}

run::result stopped(stop_reason reason, std::string detail) {
    auto result = ended(run_end::carrier_stop);
    result.stop = dispatch::stop{reason, std::move(detail)};
    return result;
}

run::result input_fault(source::input_error::error_kind kind) {
    auto result = ended(run_end::input_fault, "why");
    result.input_fault = kind;
    return result;
}

run::result output_fault(sink::output_error::error_kind kind) {
    auto result = ended(run_end::output_fault, "why");
    result.output_fault = kind;
    return result;
}

int status_of(const run::result& result, const run_facts& facts = {}) {
    return to_status(judge(result, facts).code);
}

TEST(ending, of_a_complete_run) {
    EXPECT_EQ(status_of(ended(run_end::complete)), 0);
    EXPECT_EQ(judge(ended(run_end::complete), {}).message, "");
    EXPECT_EQ(status_of(ended(run_end::complete), {.rows = 5, .failed_rows = 1}), 90);
}

TEST(ending, of_a_drained_run_is_its_signal) {
    EXPECT_EQ(status_of(ended(run_end::drained), {.signal = SIGHUP}), 129);
    EXPECT_EQ(status_of(ended(run_end::drained), {.signal = SIGINT}), 130);
    EXPECT_EQ(status_of(ended(run_end::drained), {.signal = SIGTERM}), 143);
    EXPECT_THAT(judge(ended(run_end::drained), {.rows = 7, .signal = SIGINT}).message,
                HasSubstr("SIGINT after 7"));
}

TEST(ending, of_a_run_that_the_deadline_has_stopped) {
    const std::chrono::system_clock::time_point at(std::chrono::seconds(1'769'810'400));
    auto result = ended(run_end::deadline);
    result.is_resumable = true;
    const auto end = judge(result, {.rows = 1'234, .deadline = at, .finished_share = 0.401});
    EXPECT_EQ(to_status(end.code), 75);
    EXPECT_EQ(end.message,
              "stopped at the deadline (" + format_local_time(at) +
                  ") after 1,234 rows; about 60 % of the list is left; the same command goes on from "
                  "there");
    const auto of_a_pipe =
        judge(ended(run_end::deadline, "not all rows were taken"), {.rows = 1, .deadline = at});
    EXPECT_THAT(of_a_pipe.message, EndsWith(") after 1 row: not all rows were taken"));
}

TEST(ending, of_a_run_with_too_many_failures) {
    const auto end =
        judge(ended(run_end::too_many_failures, "12 of 40 cards"), {.rows = 40, .failed_rows = 12});
    EXPECT_EQ(to_status(end.code), 91);
    EXPECT_THAT(end.message, HasSubstr("--max-failures: 12 of 40 cards"));
}

TEST(ending, of_a_run_that_the_carrier_stopped) {
    EXPECT_EQ(status_of(stopped(stop_reason::account_refused, "7 x")), 77);
    EXPECT_EQ(status_of(stopped(stop_reason::wrong_interface, "10006 x")), 78);
    EXPECT_EQ(status_of(stopped(stop_reason::own_fault, "13 x")), 70);
    EXPECT_EQ(status_of(stopped(stop_reason::never_reached, "connect: refused")), 69);
    EXPECT_EQ(status_of(stopped(stop_reason::certificate_refused, "expired")), 69);
}

TEST(ending, of_input_and_output_faults) {
    using input_kind = source::input_error::error_kind;
    using output_kind = sink::output_error::error_kind;
    EXPECT_EQ(status_of(ended(run_end::empty_input)), 65);
    EXPECT_EQ(status_of(ended(run_end::no_valid_card)), 65);
    EXPECT_EQ(judge(ended(run_end::no_valid_card, "line 3: why"), {}).message,
              "the input has no valid card number; line 3: why");
    EXPECT_EQ(status_of(input_fault(input_kind::not_found)), 66);
    EXPECT_EQ(status_of(input_fault(input_kind::unusable)), 65);
    EXPECT_EQ(status_of(input_fault(input_kind::unusable), {.input_is_directory = true}), 66);
    EXPECT_EQ(status_of(input_fault(input_kind::mismatch)), 64);
    EXPECT_EQ(status_of(input_fault(input_kind::read)), 74);
    EXPECT_EQ(status_of(output_fault(output_kind::cannot_create)), 73);
    EXPECT_EQ(status_of(output_fault(output_kind::io)), 74);
    EXPECT_EQ(status_of(output_fault(output_kind::reader_gone)), 141);
    EXPECT_EQ(judge(output_fault(output_kind::reader_gone), {}).message, "");
    EXPECT_EQ(judge(output_fault(output_kind::io), {}).message, "why");
}

TEST(ending, says_how_to_go_on_where_that_is_possible) {
    auto result = stopped(stop_reason::account_refused, "7 x");
    EXPECT_EQ(judge(result, {}).message.find("goes on"), std::string::npos);
    result.is_resumable = true;
    EXPECT_NE(judge(result, {}).message.find("the same command goes on from there"), std::string::npos);
    result.end = run::run_end::input_fault;
    result.input_fault = source::input_error::error_kind::read;
    EXPECT_NE(judge(result, {}).message.find("goes on"), std::string::npos);
    result.input_fault = source::input_error::error_kind::unusable;
    EXPECT_EQ(judge(result, {}).message.find("goes on"), std::string::npos)
        << "a mended list is another list";
}

TEST(ending, does_not_repeat_a_token_that_the_carrier_has_repeated) {
    const std::string token = "a07ea693c1d5b2f4e8a07ea693c1d5b2f4e8a07ea693c1d5b2f4e806e20011ab";
    const auto end = judge(stopped(stop_reason::account_refused, "7 token " + token + " is wrong"), {});
    EXPECT_EQ(end.message.find(token), std::string::npos) << end.message;
    EXPECT_NE(end.message.find("code 7 token ****"), std::string::npos) << end.message;
}

TEST(ending, of_faults_before_the_run) {
    using sink::output_error;
    using source::input_error;
    EXPECT_EQ(to_status(judge(input_error(input_error::error_kind::not_found, "x"), false).code), 66);
    EXPECT_EQ(to_status(judge(input_error(input_error::error_kind::unusable, "x"), false).code), 65);
    EXPECT_EQ(to_status(judge(input_error(input_error::error_kind::unusable, "x"), true).code), 66);
    EXPECT_EQ(to_status(judge(output_error(output_error::error_kind::cannot_create, "x")).code), 73);
}

TEST(ending, without_a_reason_is_our_fault) {
    EXPECT_EQ(status_of(ended(run_end::carrier_stop)), 70);
    EXPECT_EQ(status_of(ended(run_end::input_fault)), 70);
    EXPECT_EQ(status_of(ended(run_end::output_fault)), 70);
}

TEST(ending, explains_each_refusal_of_the_account) {
    const auto message = [](std::string detail) {
        return judge(stopped(stop_reason::account_refused, std::move(detail)), {}).message;
    };
    EXPECT_THAT(message("3 text"), HasSubstr("subscription"));
    EXPECT_THAT(message("4"), HasSubstr("application"));
    EXPECT_THAT(message("118040196 text"), HasSubstr("subscription"));
    EXPECT_THAT(message("6 text"), HasSubstr("whitelist"));
    EXPECT_THAT(message("8 text"), HasSubstr("whitelist"));
    EXPECT_THAT(message("7 text"), HasSubstr("password is wrong"));
    EXPECT_THAT(message("http-403 text"), HasSubstr("gateway"));
    EXPECT_THAT(message("7 text"), HasSubstr("(code 7 text)"));
    EXPECT_THAT(message("7 a\x1b[31m"), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace cardresolver::app
