#include "app/check_report.hpp"

#include "app/harmless_text.hpp"
#include "app/refusal_hint.hpp"
#include "card/text.hpp"
#include "carrier/retry_after.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

namespace cardresolver::app {
namespace {

using card::failure_kind;
using card::failure_stage;
using std::chrono::seconds;

constexpr std::size_t longest_text = 300;

std::string printable(std::string_view text) {
    std::string out;
    card::append_printable(out, text, longest_text);
    return out;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts)
        out += (out.empty() ? "" : ", ") + text;
    return out;
}

std::string format_day(std::chrono::sys_seconds at) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

/// Where an attempt ended that brought no reply, and what to do about it.
struct failed_step {
    std::string_view name;
    std::string_view hint;
};

failed_step connect_step(const card::failure& failure, bool has_proxy) {
    if (failure.kind == failure_kind::local)
        return {"connection", "check --local-address, and the limits of this machine"};
    if (has_proxy) return {"connection", "nobody answers there: check the proxy's address in --proxy"};
    return {"connection",
            "nobody answers there: check --base-url and the firewall, or name the proxy with --proxy"};
}

failed_step handshake_step(const card::failure& failure) {
    if (failure.kind != failure_kind::certificate)
        return {"certificate",
                "no TLS came to be: check the port in --base-url, and what stands in between (firewall, "
                "proxy)"};
    return {"certificate",
            "check --base-url and this machine's clock; for a private authority give its certificate with "
            "--ca-file"};
}

failed_step step_of(const card::failure& failure, bool has_proxy) {
    switch (failure.stage) {
        case failure_stage::resolve:
            return {"name", has_proxy ? "check the proxy's name in --proxy, and the name service"
                                      : "check the name in --base-url, and the name service "
                                        "(/etc/resolv.conf)"};
        case failure_stage::connect:
            return connect_step(failure, has_proxy);
        case failure_stage::proxy:
            return {"proxy", "check --proxy, its user and password, and whether it lets us through"};
        case failure_stage::handshake:
            return handshake_step(failure);
        case failure_stage::write:
        case failure_stage::read:
        case failure_stage::decode:
            break;
    }
    return {"request",
            "the connection was open, but brought no reply: try again; if it stays so, check "
            "--base-url, the proxy and --request-timeout"};
}

class report_builder {
public:
    report_builder(const run::probe_result& result, const probe_facts& facts)
        : result_(result), facts_(facts) {}

    check_report build() {
        tell_way();
        if (result_.failure) {
            tell_failure(*result_.failure);
        } else if (result_.has_no_permit) {
            fail("request", exit_code::stopped_early, "not sent: the limits leave no permit for it",
                 "other processes of the account use them up, or the day's quota is spent: try again later");
        } else if (result_.reply) {
            tell_clock(*result_.reply);
            tell_reply(*result_.reply);
        }
        return std::move(report_);
    }

private:
    void add(std::string_view name, step_state state, std::string text, std::string_view hint = {}) {
        report_.steps.push_back({name, state, std::move(text), std::string(hint)});
    }

    void fail(std::string_view name, exit_code code, std::string text, std::string_view hint) {
        add(name, step_state::failed, std::move(text), hint);
        report_.code = code;
    }

    /// What went well before a request could be sent.
    void tell_way() {
        if (!result_.addresses.empty()) {
            const auto what = facts_.has_proxy ? std::string("the proxy") : facts_.url.host;
            add("name", step_state::ok, fmt::format("{} is {}", what, joined(result_.addresses)));
        }
        const auto& peer = result_.peer;
        if (peer.address.empty()) return;
        add("connection", step_state::ok, peer.address + (facts_.has_proxy ? " (the proxy)" : ""));
        if (peer.tls_version.empty() || result_.peer.certificate == std::nullopt) return;
        add("certificate", step_state::ok,
            fmt::format("{}, verified\n{}", peer.tls_version, describe(*peer.certificate)));
    }

    static std::string describe(const net::certificate_facts& certificate) {
        return fmt::format("subject {}\nissuer {}\nvalid from {} to {}", certificate.subject,
                           certificate.issuer, format_day(certificate.not_before),
                           format_day(certificate.not_after));
    }

    void tell_failure(const card::failure& failure) {
        const auto step = step_of(failure, facts_.has_proxy);
        auto text = printable(failure.detail.empty() ? to_string(failure.kind) : failure.detail);
        const bool is_refused = failure.kind == failure_kind::certificate;
        if (is_refused && result_.peer.certificate) text += "\n" + describe(*result_.peer.certificate);
        fail(step.name, exit_code::carrier_unavailable, std::move(text), step.hint);
    }

    /// The carrier's clock, read in the middle of the exchange, against ours.
    void tell_clock(const run::probe_reply& reply) {
        const auto date = carrier::parse_http_date(reply.date);
        if (!date) return add("clock", step_state::ok, "not compared: the reply has no date");
        const auto middle = result_.sent_at + result_.elapsed / 2;
        const auto skew = std::chrono::floor<seconds>(middle) - *date;  // a date has whole seconds
        const auto size = std::chrono::abs(skew);
        const auto text = skew == seconds(0) ? std::string("agrees with the carrier's")
                                             : fmt::format("{} s {} the carrier's", size.count(),
                                                           skew < seconds(0) ? "behind" : "ahead of");
        if (size <= tolerated_skew) return add("clock", step_state::ok, text);
        add("clock", step_state::warning, text,
            "set this machine's clock (NTP): the carrier may refuse requests whose time is wrong");
    }

    void tell_reply(const run::probe_reply& reply) {
        if (reply.http_status != 200) return tell_http_status(reply.http_status);
        if (!reply.answer) {
            return fail("request", exit_code::carrier_unavailable, "the reply is not the carrier's JSON",
                        "something else answers there: check --base-url and the proxy");
        }
        tell_answer(*reply.answer);
    }

    void tell_http_status(unsigned status) {
        const auto text = fmt::format("HTTP status {}", status);
        if (status == 401 || status == 403) {
            fail("request", exit_code::account_refused, text, refusal_hint(fmt::format("http-{}", status)));
        } else if (status == 429 || status == 408 || status >= 500) {
            fail("request", exit_code::stopped_early, text,
                 "the carrier is overloaded or down for now: try again later");
        } else {
            fail("request", exit_code::configuration, text,
                 "the carrier's interface does not answer so: check --base-url and its path");
        }
    }

    void tell_answer(const run::probe_answer& answer) {
        using carrier::status_class;
        const auto text = fmt::format("code {} {}", harmless(answer.status), harmless(answer.message));
        switch (facts_.catalogue.classify(answer.status, answer.message)) {
            case status_class::answered:
            case status_class::card:
            case status_class::all_cards:
                return tell_acceptance(answer);
            case status_class::account:
                return fail("request", exit_code::account_refused, text, refusal_hint(answer.status));
            case status_class::configuration:
                return fail("request", exit_code::configuration, text,
                            "the carrier has no such interface: check --base-url and its path");
            case status_class::own_fault:
                return fail("request", exit_code::internal_fault, text,
                            "the carrier does not know a parameter of the request: this is a fault of "
                            "cardresolver, please report it");
            case status_class::request:
            case status_class::too_large:
                return fail("request", exit_code::input_unusable, text,
                            "the carrier does not take the request's values: check --appid and --ebid, and "
                            "give the number of a card of yours: cardresolver check NUMBER");
            case status_class::throttled:
                return fail("request", exit_code::stopped_early, text,
                            "the account is known, but its limit is used up for now: try again later, and "
                            "keep --rate within the contract");
            case status_class::busy:
            case status_class::transient:
                return fail("request", exit_code::stopped_early, text,
                            "a passing fault of the carrier's: try again later");
            case status_class::unknown:
                break;
        }
        fail("request", exit_code::stopped_early, text,
             "a code that is not known: ask the carrier what it means, and say so with --status-class");
    }

    void tell_acceptance(const run::probe_answer& answer) {
        const bool has_item = !answer.item_status.empty();
        const auto& code = has_item ? answer.item_status : answer.status;
        const auto& message = has_item ? answer.item_message : answer.message;
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(result_.elapsed).count();
        add("request", step_state::ok,
            fmt::format("answered in {} ms: account, token and address are accepted\ncard {}: code {} {}",
                        took, facts_.number.view(), harmless(code), harmless(message)));
    }

    const run::probe_result& result_;
    const probe_facts& facts_;
    check_report report_;
};

std::string_view word_of(step_state state) {
    constexpr std::array<std::string_view, 3> words{"ok", "WARNING", "FAILED"};
    return words[static_cast<std::size_t>(state)];
}

}  // namespace

check_report judge_probe(const run::probe_result& result, const probe_facts& facts) {
    return report_builder(result, facts).build();
}

std::string format_step(const check_step& step) {
    constexpr std::size_t text_column = 23;
    auto out = fmt::format("{:14} {:7} ", step.name, word_of(step.state));
    for (const char c : step.text) {
        out.push_back(c);
        if (c == '\n') out.append(text_column, ' ');
    }
    out.push_back('\n');
    if (!step.hint.empty()) out += fmt::format("{:{}}{}\n", "", text_column, step.hint);
    return out;
}

}  // namespace cardresolver::app
