// The options of `resolve`: how many cards and requests, how often.
#include "app/options/option_tables.hpp"
#include "app/options/setters.hpp"
#include "app/options/value_text.hpp"

#include <vector>

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

std::string set_pacing(text_view text, command_options& o) {
    if (text != "strict" && text != "smooth") return expected_one_of("strict or smooth");
    o.pacing = text == "strict" ? dispatch::pacing_kind::strict : dispatch::pacing_kind::smooth;
    return {};
}

std::string set_day_starts(text_view text, command_options& o) {
    const auto time = parse_time_of_day(text);
    if (!time) return "expected a time of day such as 08:00";
    o.day_starts = std::chrono::hours(time->hour) + std::chrono::minutes(time->minute);
    return {};
}

std::string set_deadline(text_view text, command_options& o) {
    o.deadline = parse_point_in_time(text);
    return o.deadline ? std::string() : std::string(point_in_time_spelling);
}

std::string set_batch_size(text_view text, command_options& o) {
    const auto value = parse_number(text, 1, carrier::max_cards_per_request);
    if (!value) return expected_number(1, carrier::max_cards_per_request);
    o.batch_size = *value;
    return {};
}

std::string set_attempts(text_view text, command_options& o) {
    const auto value = parse_number(text, 1, 1000);
    if (!value) return expected_number(1, 1000);
    o.attempts = static_cast<unsigned>(*value);
    return {};
}

std::string set_max_failures(text_view text, command_options& o) {
    o.max_failures = parse_failure_limit(text);
    return o.max_failures ? std::string()
                          : "expected a number of cards such as 500 (at least 1), or a share such as 2.5%";
}

}  // namespace

// clang-format off: a table is read by its columns
std::span<const option_definition> pace_option_table() {
    static const std::vector<option_definition> options{
        {.name = "batch-size",
         .value = "N",
         .initial = "100",
         .group = option_group::pace,
         .help = "Most cards in a request, 1 to 100.",
         .apply = set_batch_size,
         .toml = toml_kind::integer},
        {.name = "linger",
         .value = "D",
         .initial = "1s",
         .group = option_group::pace,
         .help = "How long a card waits for its batch to fill.",
         .apply = [](text_view t, command_options& o) { return set_duration_or_zero(t, o.linger); }},
        {.name = "rate",
         .value = "RATE",
         .initial = "10/s",
         .group = option_group::pace,
         .help =
             "Most requests in any window: 50/s, 2000/5m, 10000/h; by the carrier's calendar day: 1000000/d. "
             "Given several times, all hold at once. auto: look for the carrier's limit, below those that "
             "are "
             "given beside it. unlimited: none. Retries count.",
         .apply = [](text_view t, command_options& o) { return add_rate(t, o.rate); },
         .clear = [](command_options& o) { o.rate = {}; },
         .is_repeatable = true},
        {.name = "pacing",
         .value = "KIND",
         .initial = "strict",
         .group = option_group::pace,
         .help =
             "strict: never more than the limit in any window of arrivals at the carrier, whatever the "
             "latency does. smooth: evenly spaced requests, which use more of the limit and may exceed it "
             "a little where the latency jumps.",
         .apply = set_pacing},
        {.name = "min-rtt",
         .value = "D",
         .initial = "0ms",
         .group = option_group::pace,
         .help = "What every round trip to the carrier surely takes: strict pacing uses so much more of the "
                 "limit. The network must warrant it; what was measured does not.",
         .apply = [](text_view t, command_options& o) { return set_duration_or_zero(t, o.min_rtt); }},
        {.name = "day-starts",
         .value = "HH:MM",
         .initial = "00:00",
         .group = option_group::pace,
         .help = "When the carrier's day begins, in UTC+8: for a --rate by the day.",
         .apply = set_day_starts},
        {.name = "state-dir",
         .value = "DIR",
         .group = option_group::pace,
         .help = "The account's ledger: quota spent, transaction numbers. All processes of an account that "
                 "share a limit need the same one. Without it: $STATE_DIRECTORY, /var/lib/cardresolver where "
                 "that can be written to, else cardresolver in $XDG_STATE_HOME (~/.local/state).",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.state_dir); }},
        {.name = "attempts",
         .value = "N",
         .initial = "6",
         .group = option_group::pace,
         .help = "Requests spent on a card that gets no answer, 1 to 1000.",
         .apply = set_attempts,
         .toml = toml_kind::integer},
        {.name = "deadline",
         .value = "TIME|D",
         .group = option_group::pace,
         .help = "Stop then, in good order and with exit code 75; the same command goes on from there. "
                 "2026-01-31T06:00:00+08:00, the next 06:00 on the local clock, or a duration such as 90m.",
         .apply = set_deadline},
        {.name = "max-failures",
         .value = "N|P%",
         .group = option_group::pace,
         .help = "Stop once so many cards are without an answer, or such a share of those that are finished "
                 "(from "
                 "1000 finished cards on).",
         .apply = set_max_failures,
         .toml = toml_kind::integer},
    };
    return options;
}
// clang-format on

}  // namespace cardresolver::app
