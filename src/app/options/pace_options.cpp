// The options of `resolve`: how many cards and requests, how often.
#include "app/options/option_tables.hpp"
#include "app/options/setters.hpp"
#include "app/options/value_text.hpp"

#include <vector>

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

std::string set_rate(text_view text, command_options& o) {
    o.rate.reset();
    if (text == "unlimited") return {};
    o.rate = parse_rate(text);
    return o.rate ? std::string()
                  : "expected a rate such as 50/s, 2000/5m or 30/m (at least 1), or unlimited";
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
             "Most requests in any window: 50/s, 2000/5m, 10000/h, 1000000/d; or unlimited. Retries count.",
         .apply = set_rate},
        {.name = "attempts",
         .value = "N",
         .initial = "6",
         .group = option_group::pace,
         .help = "Requests spent on a card that gets no answer, 1 to 1000.",
         .apply = set_attempts,
         .toml = toml_kind::integer},
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
