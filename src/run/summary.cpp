#include "run/summary.hpp"

#include "run/rate_text.hpp"

#include <boost/json.hpp>
#include <fmt/chrono.h>

#include <cmath>

namespace cardresolver::run {
namespace {

namespace json = boost::json;

std::string_view state_of(const result& result) {
    switch (result.end) {
        case run_end::complete:
            return "complete";
        case run_end::drained:
        case run_end::deadline:
        case run_end::too_many_failures:
            return "stopped";
        case run_end::carrier_stop:
        case run_end::empty_input:
        case run_end::no_valid_card:
        case run_end::input_fault:
        case run_end::ledger_fault:
        case run_end::output_fault:
            return "failed";
    }
    return "failed";
}

double rounded(double value, double digits) {
    return std::round(value * digits) / digits;
}

double seconds_of(std::chrono::steady_clock::duration length) {
    return std::chrono::duration<double>(length).count();
}

json::array array_of(const std::vector<std::string>& texts) {
    json::array values;
    for (const auto& text : texts)
        values.push_back(json::string(text));
    return values;
}

json::object rate_of(const statistics& counts) {
    const double elapsed = seconds_of(counts.elapsed);
    const double sent = static_cast<double>(counts.requests.sent);
    json::object rate;
    rate["limits"] = array_of(format_rates(counts.limits, counts.finds_limit));
    if (counts.found_rate) rate["found_per_s"] = rounded(*counts.found_rate, 1000);
    rate["achieved_per_s"] = elapsed > 0 ? rounded(sent / elapsed, 1000) : 0.0;
    rate["permits_unused"] = nullptr;
    if (!counts.is_unlimited()) rate["permits_unused"] = counts.permits_unused;
    return rate;
}

json::object latency_of(const latency_histogram& latency) {
    json::object values;
    values["p50"] = latency.quantile_ms(0.5);
    values["p90"] = latency.quantile_ms(0.9);
    values["p99"] = latency.quantile_ms(0.99);
    values["p999"] = latency.quantile_ms(0.999);
    values["max"] = latency.max_ms();
    return values;
}

json::object outcomes_of(const statistics& counts) {
    json::object outcomes;
    for (std::size_t i = 0; i < card::outcome_kind_count; ++i) {
        outcomes[to_string(static_cast<card::outcome_kind>(i))] = counts.outcomes[i];
    }
    return outcomes;
}

json::object requests_of(const statistics& counts) {
    json::object requests;
    requests["sent"] = counts.requests.sent;
    requests["answered"] = counts.requests.answered;
    requests["retried"] = counts.requests.retried;
    requests["throttled"] = counts.requests.throttled;
    requests["timed_out"] = counts.requests.timed_out;
    requests["connections_opened"] = counts.network.connections_opened;
    return requests;
}

json::array processes_of(const result& result) {
    json::array processes;
    for (const auto& one : result.processes) {
        json::object process;
        process["pid"] = one.pid;
        process["started_at"] = format_time(one.started_at);
        process["finished_at"] = format_time(one.finished_at);
        processes.push_back(std::move(process));
    }
    return processes;
}

/// Boost.JSON writes everything on one line, and 0.026 as 2.6E-2; people read manifests.
void append_indented(std::string& out, const json::value& value, const std::string& indent) {
    const auto inner = indent + "  ";
    if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
        std::string separator = "{\n";
        for (const auto& member : *object) {
            out.append(separator)
                .append(inner)
                .append(json::serialize(json::string(member.key())))
                .append(": ");
            append_indented(out, member.value(), inner);
            separator = ",\n";
        }
        out.append("\n").append(indent).append("}");
    } else if (value.is_double()) {
        out.append(fmt::format("{}", value.get_double()));
    } else {
        out.append(json::serialize(value));
    }
}

}  // namespace

std::string format_time(std::chrono::system_clock::time_point at) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(at);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(at - whole).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), milliseconds);
}

std::string format_summary(const summary_facts& facts, const result& result, const resolve_run& run) {
    const auto counts = run.snapshot();
    const auto& details = run.details();
    json::object summary;
    summary["run_id"] = result.run_id;
    summary["state"] = state_of(result);
    summary["started_at"] = format_time(result.processes.front().started_at);
    summary["finished_at"] = format_time(result.processes.back().finished_at);
    summary["duration_s"] = rounded(seconds_of(counts.elapsed), 1000);
    summary["processes"] = processes_of(result);
    summary["input"] = {{"path", facts.input_path},
                        {"lines", counts.lines_read},
                        {"sha256", json::value_from(facts.input_sha256)}};
    summary["output"] = {{"target", facts.output_target},
                         {"rows", counts.rows()},
                         {"bytes", counts.bytes_written},
                         {"sha256", json::value_from(facts.output_sha256)}};
    summary["outcomes"] = outcomes_of(counts);
    summary["requests"] = requests_of(counts);
    const auto sent = counts.requests.sent;
    summary["cards_per_request"] =
        sent > 0 ? rounded(static_cast<double>(counts.cards_asked) / static_cast<double>(sent), 1000) : 0.0;
    summary["wire_bytes"] = {{"sent", counts.network.bytes_sent},
                             {"received", counts.network.bytes_received}};
    summary["latency_ms"] = latency_of(details.latency);
    summary["rate"] = rate_of(counts);
    json::object statuses;
    for (const auto& [status, count] : details.statuses)
        statuses[status] = count;
    summary["statuses"] = std::move(statuses);
    summary["version"] = facts.version;
    summary["config_digest"] = facts.config_digest;

    std::string text;
    append_indented(text, summary, "");
    text.push_back('\n');
    return text;
}

}  // namespace cardresolver::run
