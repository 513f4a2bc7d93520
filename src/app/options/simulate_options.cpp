// The options of `simulate`.
#include "app/options/option_definition.hpp"
#include "app/options/setters.hpp"
#include "app/options/suggestion.hpp"
#include "app/options/value_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

constexpr std::uint64_t no_bound = std::numeric_limits<std::uint64_t>::max();

std::string set_listen(text_view text, command_options& o) {
    const auto colon = text.rfind(':');
    if (colon == text_view::npos || !parse_number(text.substr(colon + 1), 0, 65535)) {
        return "expected ADDRESS:PORT such as 127.0.0.1:8443, or :0 for any port";
    }
    const auto host = text.substr(0, colon);
    o.simulated.listen = fmt::format("{}{}", host.empty() ? "127.0.0.1" : host, text.substr(colon));
    return {};
}

std::string set_requests_per_second(text_view text, command_options& o) {
    const auto rate = text.ends_with("/s") ? parse_rate(text) : std::nullopt;
    if (!rate) return "expected N/s, at least 1/s";
    o.simulated.rate = rate->count;
    return {};
}

std::string set_daily_quota(text_view text, command_options& o) {
    o.simulated.daily_quota = parse_number(text, 1, no_bound);
    return o.simulated.daily_quota ? std::string() : "expected a whole number, at least 1";
}

std::string set_seed(text_view text, command_options& o) {
    const auto value = parse_number(text, 0, no_bound);
    if (!value) return expected_number(0, no_bound);
    o.simulated.seed = *value;
    return {};
}

std::string add_fault(text_view text, command_options& o) {
    const auto equals = text.find('=');
    if (equals == text_view::npos) return "expected NAME=PROBABILITY";
    const auto name = text.substr(0, equals);
    const auto& known = simulator::fault_names();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
        const std::vector<text_view> names(known.begin(), known.end());
        const auto hint = suggest(name, names);
        return hint.empty() ? fmt::format("no such fault; there are {}", fmt::join(known, ", "))
                            : "no such fault" + hint;
    }
    const auto probability = parse_probability(text.substr(equals + 1));
    if (!probability) return "expected a probability from 0 to 1";
    o.simulated.faults.emplace_back(name, *probability);
    return {};
}

// clang-format off: a table is read by its columns
const std::vector<option_definition>& table() {
    static const std::vector<option_definition> options{
        {.name = "listen",
         .value = "ADDR",
         .initial = "127.0.0.1:8443",
         .group = option_group::transport,
         .help = "Address and port; ':0': any port.",
         .apply = set_listen,
         .sources = from_flag},
        {.name = "ca-out",
         .value = "FILE",
         .group = option_group::transport,
         .help = "Write the certificate, made at start, for the client's --ca-file.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.simulated.ca_out); },
         .sources = from_flag},
        {.name = "plaintext",
         .group = option_group::transport,
         .help = "Plain HTTP instead of TLS.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.simulated.plaintext); },
         .sources = from_flag},
        {.name = "appid",
         .value = "ID",
         .initial = "100001",
         .group = option_group::account,
         .help = "Application code of the one account.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.simulated.appid); },
         .sources = from_flag},
        {.name = "ebid",
         .value = "ID",
         .initial = "2300000000000001",
         .group = option_group::account,
         .help = "Capability code.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.simulated.ebid); },
         .sources = from_flag},
        {.name = "password-file",
         .value = "FILE",
         .group = option_group::account,
         .help = "File with the password; without it the password is the word simulator.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.simulated_password_file); },
         .sources = from_flag},
        {.name = "cards",
         .value = "FILE",
         .group = option_group::simulator,
         .help =
             "CSV with the columns iccid, msisdn, imsi; without it every well-formed number has an answer "
             "computed from it.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.simulated.cards_file); },
         .sources = from_flag},
        {.name = "latency",
         .value = "D",
         .initial = "0ms",
         .group = option_group::simulator,
         .help = "Time that a reply takes.",
         .apply = [](text_view t,
                     command_options& o) { return set_duration_or_zero(t, o.simulated.latency); },
         .sources = from_flag},
        {.name = "jitter",
         .value = "D",
         .initial = "0ms",
         .group = option_group::simulator,
         .help = "Random time on top of it, half before the arrival is counted, half after.",
         .apply = [](text_view t, command_options& o) { return set_duration_or_zero(t, o.simulated.jitter); },
         .sources = from_flag},
        {.name = "rate",
         .value = "N/s",
         .group = option_group::simulator,
         .help = "Requests accepted in any sliding second; code 71 above it.",
         .apply = set_requests_per_second,
         .sources = from_flag},
        {.name = "daily-quota",
         .value = "N",
         .group = option_group::simulator,
         .help = "Requests accepted in a day (UTC+8); code 71 above it.",
         .apply = set_daily_quota,
         .sources = from_flag},
        {.name = "seed",
         .value = "N",
         .initial = "1",
         .group = option_group::simulator,
         .help = "Of all randomness: equal seeds, equal faults.",
         .apply = set_seed,
         .sources = from_flag},
        {.name = "fault",
         .value = "NAME=P",
         .group = option_group::simulator,
         .help = "A fault and its probability, 0 to 1; may be given several times. By card: poison, foreign. "
                 "By reply "
                 "of two items or more: missing-item, extra-item, repeated-item, shuffled. By request: busy, "
                 "throttle, http-500, http-429, html, reset, stall, truncate, malformed, missing-comma, "
                 "null-result, number-status, upper-keys.",
         .apply = add_fault,
         .sources = from_flag,
         .is_repeatable = true},
    };
    return options;
}
// clang-format on

}  // namespace

std::span<const option_definition> simulate_option_table() {
    return table();
}

}  // namespace cardresolver::app
