// The options of `resolve`: what the run tells about itself.
#include "app/options/option_tables.hpp"
#include "app/options/setters.hpp"

#include <vector>

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

std::string set_progress(text_view text, command_options& o) {
    if (text == "auto") {
        o.progress = progress_mode::automatic;
    } else if (text == "bar") {
        o.progress = progress_mode::bar;
    } else if (text == "json") {
        o.progress = progress_mode::json;
    } else if (text == "none") {
        o.progress = progress_mode::none;
    } else {
        return expected_one_of("auto, bar, json or none");
    }
    return {};
}

}  // namespace

// clang-format off: a table is read by its columns
std::span<const option_definition> report_option_table() {
    static const std::vector<option_definition> options{
        {.name = "summary",
         .value = "FILE",
         .group = option_group::report,
         .help = "Write the run's figures as JSON; '-': standard output, unless the rows go there.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.summary); }},
        {.name = "checksum",
         .group = option_group::report,
         .help =
             "Put the SHA-256 of the list and of the finished rows, as they lie on the disk in the end, into "
             "the summary.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.checksum); },
         .toml = toml_kind::boolean},
        {.name = "progress",
         .value = "MODE",
         .initial = "auto",
         .group = option_group::report,
         .help = "On standard error. auto: a bar on a terminal, elsewhere a line every 10 s; bar; json: an "
                 "object a "
                 "line, every second; none.",
         .apply = set_progress},
        {.name = "trace",
         .value = "FILE",
         .group = option_group::report,
         .help = "Write every attempt as NDJSON: time, transid, cards, code, duration; '-': standard output, "
                 "unless the rows go there. No secrets are in it, and numbers are masked. For cardresolver "
                 "explain.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.trace); }},
        {.name = "trace-numbers",
         .group = option_group::report,
         .help = "Whole card numbers in the trace.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.trace_numbers); },
         .toml = toml_kind::boolean},
        {.name = "config",
         .value = "FILE",
         .group = option_group::report,
         .help = "TOML file with any of these options.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.config); },
         .sources = from_flag | from_environment},
    };
    return options;
}
// clang-format on

}  // namespace cardresolver::app
