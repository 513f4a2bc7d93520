#include "app/ending.hpp"

#include "app/harmless_text.hpp"
#include "app/options/point_in_time.hpp"
#include "app/options/value_text.hpp"
#include "app/refusal_hint.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace cardresolver::app {
namespace {

/// By the code that the text begins with.
std::string_view hint_for(std::string_view detail) {
    return refusal_hint(detail.substr(0, detail.find(' ')));
}

ending judge_stop(const dispatch::stop& stop, const run_facts& facts) {
    using dispatch::stop_reason;
    const auto detail = harmless(stop.detail);
    switch (stop.reason) {
        case stop_reason::account_refused:
            return {exit_code::account_refused,
                    fmt::format("the carrier refuses the account (code {}): {}{}", detail, hint_for(detail),
                                facts.is_simulated ? "; the built-in carrier knows appid 100001, ebid "
                                                     "2300000000000001 and the password 'simulator'"
                                                   : "")};
        case stop_reason::wrong_interface:
            return {exit_code::configuration,
                    fmt::format("the carrier has no such interface (code {}): check --base-url", detail)};
        case stop_reason::own_fault:
            return {exit_code::internal_fault,
                    fmt::format(
                        "the carrier does not know a parameter of the request (code {}): this is a fault of "
                        "cardresolver, please report it",
                        detail)};
        case stop_reason::certificate_refused:
            return {exit_code::carrier_unavailable,
                    fmt::format(
                        "the carrier's certificate is refused ({}): check --base-url and the clock; for a "
                        "private authority give its certificate with --ca-file",
                        detail)};
        case stop_reason::never_reached:
            break;
    }
    return {exit_code::carrier_unavailable,
            fmt::format(
                "the carrier was never reached ({}): check --base-url, --proxy, name service and firewall",
                detail.empty() ? "no reply" : detail)};
}

exit_code code_of(source::input_error::error_kind kind, bool is_directory) {
    using error_kind = source::input_error::error_kind;
    switch (kind) {
        case error_kind::not_found:
            return exit_code::no_input;
        case error_kind::unusable:
            return is_directory ? exit_code::no_input : exit_code::input_unusable;
        case error_kind::mismatch:
            return exit_code::usage;
        case error_kind::read:
            break;
    }
    return exit_code::io_error;
}

exit_code code_of(sink::output_error::error_kind kind) {
    using error_kind = sink::output_error::error_kind;
    switch (kind) {
        case error_kind::cannot_create:
            return exit_code::cannot_create;
        case error_kind::reader_gone:
            return exit_code::reader_gone;
        case error_kind::io:
        case error_kind::waited_in_vain:
        case error_kind::damaged:
            break;
    }
    return exit_code::io_error;
}

std::string_view signal_name(int signal) {
    switch (exit_code_of_signal(signal)) {
        case exit_code::hangup:
            return "SIGHUP";
        case exit_code::interrupted:
            return "SIGINT";
        default:
            return "SIGTERM";
    }
}

std::string or_else(const std::string& text, std::string_view otherwise) {
    return text.empty() ? std::string(otherwise) : text;
}

}  // namespace

namespace {

/// "; about 60 % of the list is left"
std::string describe_rest(std::optional<double> finished_share) {
    if (!finished_share) return {};
    return fmt::format("; about {:.0f} % of the list is left", std::ceil((1.0 - *finished_share) * 100.0));
}

ending judge_deadline(const run::result& result, const run_facts& facts) {
    const auto at = facts.deadline ? fmt::format(" ({})", format_local_time(*facts.deadline)) : std::string();
    return {
        exit_code::stopped_early,
        fmt::format("stopped at the deadline{} after {}{}{}{}", at, counted(facts.rows, "row"),
                    result.message.empty() ? "" : ": ", result.message, describe_rest(facts.finished_share))};
}

ending judge_end(const run::result& result, const run_facts& facts) {
    using run::run_end;
    switch (result.end) {
        case run_end::complete:
            return {facts.failed_rows > 0 ? exit_code::some_failed : exit_code::success, {}};
        case run_end::drained: {
            const int signal = facts.signal.value_or(15);
            return {exit_code_of_signal(signal),
                    fmt::format("stopped by {} after {} rows{}{}", signal_name(signal), facts.rows,
                                result.message.empty() ? "" : ": ", result.message)};
        }
        case run_end::deadline:
            return judge_deadline(result, facts);
        case run_end::too_many_failures:
            return {exit_code::too_many_failed,
                    fmt::format("stopped by --max-failures: {}; `status` of the rows says why",
                                or_else(result.message, "too many cards have no answer"))};
        case run_end::carrier_stop:
            if (result.stop) return judge_stop(*result.stop, facts);
            break;
        case run_end::empty_input:
            return {exit_code::input_unusable,
                    or_else(result.message, "the input has no record: it is empty, blank, or only a header")};
        case run_end::no_valid_card:
            return {exit_code::input_unusable,
                    fmt::format("the input has no valid card number{}{}", result.message.empty() ? "" : "; ",
                                result.message)};
        case run_end::input_fault:
            if (result.input_fault) {
                return {code_of(*result.input_fault, facts.input_is_directory),
                        or_else(result.message, "the input cannot be read")};
            }
            break;
        case run_end::ledger_fault:
            return {exit_code::io_error, result.message};
        case run_end::output_fault:
            if (result.output_fault) {
                const auto code = code_of(*result.output_fault);
                if (code == exit_code::reader_gone) return {code, {}};
                return {code, or_else(result.message, "the output cannot be written")};
            }
            break;
    }
    return {exit_code::internal_fault, or_else(result.message, "the run ended without a reason")};
}

}  // namespace

ending judge(const run::result& result, const run_facts& facts) {
    auto end = judge_end(result, facts);
    // A list that had to be mended is another list.
    const bool is_list_at_fault = result.input_fault == source::input_error::error_kind::unusable;
    if (result.is_resumable && !is_list_at_fault && !end.message.empty())
        end.message += "; the same command goes on from there";
    return end;
}

ending judge(const source::input_error& error, bool is_directory) {
    return {code_of(error.kind, is_directory), error.what()};
}

ending judge(const sink::output_error& error) {
    const auto code = code_of(error.kind);
    if (code == exit_code::reader_gone) return {code, {}};
    return {code, error.what()};
}

}  // namespace cardresolver::app
