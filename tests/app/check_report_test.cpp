#include "app/check_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cardresolver::app {
namespace {

using namespace std::chrono_literals;
using card::failure;
using card::failure_kind;
using card::failure_stage;
using std::chrono::system_clock;
using testing::HasSubstr;
using testing::Not;

const auto sent_at = system_clock::time_point(784'111'777s);  // Sun, 06 Nov 1994 08:49:37 GMT
constexpr std::string_view same_time = "Sun, 06 Nov 1994 08:49:37 GMT";

class check_report_test : public testing::Test {
protected:
    check_report judge(const run::probe_result& result, bool has_proxy = false) const {
        return judge_probe(result, {url, has_proxy, number, catalogue});
    }

    /// As far as TLS, all is well.
    static run::probe_result connected() {
        run::probe_result result;
        result.addresses = {"192.0.2.1", "192.0.2.2"};
        result.peer.address = "192.0.2.1:443";
        result.peer.tls_version = "TLSv1.3";
        result.peer.certificate = net::certificate_facts{"CN = carrier.example", "CN = Some Authority",
                                                         std::chrono::sys_seconds(1'700'000'000s),
                                                         std::chrono::sys_seconds(1'900'000'000s)};
        result.sent_at = sent_at;
        result.elapsed = 40ms;
        return result;
    }
    static run::probe_result replied(unsigned status, std::string_view date = same_time) {
        auto result = connected();
        result.reply.emplace();
        result.reply->http_status = status;
        result.reply->date = date;
        return result;
    }
    static run::probe_result answered(std::string status, std::string message = "text",
                                      std::string item_status = "", std::string item_message = "") {
        auto result = replied(200);
        result.reply->answer = run::probe_answer{std::move(status), std::move(message),
                                                 std::move(item_status), std::move(item_message)};
        return result;
    }
    static run::probe_result failed(failure_stage stage, failure_kind kind, std::string detail = "why") {
        run::probe_result result;
        result.failure.emplace(stage, kind, std::move(detail));
        return result;
    }

    carrier::base_url url{true, "carrier.example", 443, ""};
    card::card_number number{card::card_kind::iccid, "898602B2221430000006"};
    carrier::status_catalogue catalogue;
};

std::string text_of(const check_report& report) {
    std::string text;
    for (const auto& step : report.steps)
        text += format_step(step);
    return text;
}

TEST_F(check_report_test, all_is_well) {
    const auto report = judge(answered("0", "正确", "0", "正确"));
    EXPECT_EQ(report.code, exit_code::success);
    EXPECT_EQ(text_of(report),
              "name           ok      carrier.example is 192.0.2.1, 192.0.2.2\n"
              "connection     ok      192.0.2.1:443\n"
              "certificate    ok      TLSv1.3, verified\n"
              "                       subject CN = carrier.example\n"
              "                       issuer CN = Some Authority\n"
              "                       valid from 2023-11-14 22:13:20 UTC to 2030-03-17 17:46:40 UTC\n"
              "clock          ok      agrees with the carrier's\n"
              "request        ok      answered in 40 ms: account, token and address are accepted\n"
              "                       card 898602B2221430000006: code 0 正确\n");
}

TEST_F(check_report_test, every_code_of_the_catalogue_leads_somewhere) {
    struct row {
        const char* code;
        int status;
        const char* hint;
    };
    for (const auto& [code, status, hint] : {row{"0", 0, "accepted"},
                                             row{"2", 0, "accepted"},
                                             row{"11", 0, "accepted"},
                                             row{"12", 0, "accepted"},
                                             row{"25", 0, "accepted"},
                                             row{"21", 0, "accepted"},
                                             row{"10", 65, "--appid and --ebid"},
                                             row{"18", 65, "check NUMBER"},
                                             row{"13", 70, "please report it"},
                                             row{"71", 75, "limit is used up"},
                                             row{"72", 75, "limit is used up"},
                                             row{"73", 75, "try again later"},
                                             row{"1", 75, "try again later"},
                                             row{"99", 75, "try again later"},
                                             row{"101", 75, "try again later"},
                                             row{"102", 75, "try again later"},
                                             row{"118040195", 75, "try again later"},
                                             row{"118030478", 75, "try again later"},
                                             row{"3", 77, "--ebid"},
                                             row{"4", 77, "--appid"},
                                             row{"6", 77, "whitelist"},
                                             row{"7", 77, "the password is wrong"},
                                             row{"8", 77, "whitelist"},
                                             row{"118040196", 77, "subscription"},
                                             row{"10006", 78, "--base-url"},
                                             row{"4711", 75, "--status-class"}}) {
        const auto report = judge(answered(code));
        EXPECT_EQ(to_status(report.code), status) << code;
        const auto& last = report.steps.back();
        EXPECT_EQ(last.name, "request");
        EXPECT_EQ(last.state, status == 0 ? step_state::ok : step_state::failed) << code;
        EXPECT_THAT(format_step(last), HasSubstr(hint)) << code;
        EXPECT_THAT(format_step(last), HasSubstr("code " + std::string(code))) << code;
    }
}

TEST_F(check_report_test, a_foreign_card_proves_the_account_all_the_same) {
    const auto report = judge(answered("0", "正确", "25", "ICCID号不是所查询的集团下的用户"));
    EXPECT_EQ(report.code, exit_code::success);
    EXPECT_THAT(text_of(report), HasSubstr("code 25 ICCID号不是所查询的集团下的用户"));
}

TEST_F(check_report_test, the_configuration_can_re_class_a_code) {
    catalogue.reclassify("4711", carrier::status_class::account);
    EXPECT_EQ(judge(answered("4711")).code, exit_code::account_refused);
}

TEST_F(check_report_test, what_the_carrier_repeats_of_our_request_is_hidden) {
    const std::string token = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const auto text = text_of(judge(answered("7", "bad token " + token + "\x1b[2J")));
    EXPECT_THAT(text, Not(HasSubstr("0123456789abcdef")));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, HasSubstr("bad token"));
}

TEST_F(check_report_test, http_statuses) {
    struct row {
        unsigned status;
        int code;
    };
    for (const auto& [status, code] : {row{302, 78}, row{400, 78}, row{401, 77}, row{403, 77}, row{404, 78},
                                       row{408, 75}, row{429, 75}, row{500, 75}, row{503, 75}}) {
        const auto report = judge(replied(status));
        EXPECT_EQ(to_status(report.code), code) << status;
        EXPECT_THAT(format_step(report.steps.back()), HasSubstr("HTTP status " + std::to_string(status)));
        EXPECT_NE(report.steps.back().hint, "");
    }
}

TEST_F(check_report_test, something_else_answers) {
    const auto report = judge(replied(200));
    EXPECT_EQ(report.code, exit_code::carrier_unavailable);
    EXPECT_THAT(report.steps.back().text, HasSubstr("not the carrier's JSON"));
}

TEST_F(check_report_test, failures_name_their_step_and_what_to_do) {
    struct row {
        failure_stage stage;
        failure_kind kind;
        const char* step;
        const char* hint;
        const char* hint_behind_a_proxy;
    };
    for (const auto& [stage, kind, step, hint, proxied] :
         {row{failure_stage::resolve, failure_kind::unreachable, "name", "--base-url", "--proxy"},
          row{failure_stage::resolve, failure_kind::timeout, "name", "resolv.conf", "name service"},
          row{failure_stage::connect, failure_kind::unreachable, "connection", "firewall", "--proxy"},
          row{failure_stage::connect, failure_kind::local, "connection", "--local-address",
              "--local-address"},
          row{failure_stage::proxy, failure_kind::unreachable, "proxy", "--proxy", "password"},
          row{failure_stage::handshake, failure_kind::certificate, "certificate", "--ca-file", "clock"},
          row{failure_stage::handshake, failure_kind::tls, "certificate", "no TLS", "no TLS"},
          row{failure_stage::handshake, failure_kind::timeout, "certificate", "no TLS", "no TLS"},
          row{failure_stage::write, failure_kind::closed, "request", "no reply", "no reply"},
          row{failure_stage::read, failure_kind::timeout, "request", "--request-timeout",
              "--request-timeout"},
          row{failure_stage::read, failure_kind::protocol, "request", "no reply", "no reply"}}) {
        for (const bool has_proxy : {false, true}) {
            const auto report = judge(failed(stage, kind, "the reason"), has_proxy);
            EXPECT_EQ(to_status(report.code), 69);
            ASSERT_EQ(report.steps.size(), 1U);
            const auto& last = report.steps.back();
            EXPECT_EQ(last.name, step);
            EXPECT_EQ(last.state, step_state::failed);
            EXPECT_THAT(last.text, HasSubstr("the reason"));
            EXPECT_THAT(last.hint, HasSubstr(has_proxy ? proxied : hint));
        }
    }
}

TEST_F(check_report_test, a_refused_certificate_is_shown) {
    auto result = failed(failure_stage::handshake, failure_kind::certificate, "certificate has expired");
    result.peer = connected().peer;
    result.peer.tls_version.clear();
    const auto report = judge(result);
    ASSERT_EQ(report.steps.size(), 2U);
    EXPECT_EQ(report.steps[0].name, "connection");
    EXPECT_THAT(report.steps[1].text, HasSubstr("certificate has expired\nsubject CN = carrier.example\n"));
    EXPECT_THAT(report.steps[1].text, HasSubstr("to 2030-03-17"));
}

TEST_F(check_report_test, HT8_a_clock_that_is_wrong_is_a_warning) {
    const auto clock = [&](std::string_view date) {
        auto result = answered("0");
        result.reply->date = date;
        const auto report = judge(result);
        EXPECT_EQ(report.code, exit_code::success);
        for (const auto& step : report.steps) {
            if (step.name == "clock") return step;
        }
        return check_step{};
    };
    EXPECT_EQ(clock("Sun, 06 Nov 1994 08:50:37 GMT").state, step_state::ok);
    EXPECT_EQ(clock("Sun, 06 Nov 1994 08:50:38 GMT").state, step_state::warning);
    EXPECT_EQ(clock("Sun, 06 Nov 1994 08:48:37 GMT").state, step_state::ok);
    EXPECT_EQ(clock("Sun, 06 Nov 1994 08:48:36 GMT").state, step_state::warning);
    EXPECT_EQ(clock("Sun, 06 Nov 1994 10:49:37 GMT").text, "7200 s behind the carrier's");
    EXPECT_EQ(clock("Sun, 06 Nov 1994 06:49:37 GMT").text, "7200 s ahead of the carrier's");
    EXPECT_THAT(clock("Sun, 06 Nov 1994 10:49:37 GMT").hint, HasSubstr("NTP"));
    EXPECT_EQ(clock("").state, step_state::ok);
    EXPECT_THAT(clock("yesterday").text, HasSubstr("not compared"));
}

TEST_F(check_report_test, behind_a_proxy_addresses_are_the_proxys) {
    const auto text = text_of(judge_probe(answered("0"), {url, true, number, catalogue}));
    EXPECT_THAT(text, HasSubstr("the proxy is 192.0.2.1, 192.0.2.2\n"));
    EXPECT_THAT(text, HasSubstr("192.0.2.1:443 (the proxy)\n"));
}

}  // namespace
}  // namespace cardresolver::app
