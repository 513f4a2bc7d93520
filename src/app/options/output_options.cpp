// The options of `resolve`: where the rows go.
#include "app/options/option_tables.hpp"
#include "app/options/setters.hpp"

#include <vector>

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

/// What only later versions write must not be created under a misleading name.
std::string set_output(text_view text, command_options& o) {
    for (const text_view scheme : {"sqlite:", "postgresql:", "postgres:"}) {
        if (text.starts_with(scheme)) return "this version writes files and standard output, no databases";
    }
    for (const text_view ending : {".gz", ".zst"}) {
        if (text.ends_with(ending)) return "this version writes no compressed files";
    }
    return set_text(text, o.output);
}

std::string set_output_format(text_view text, command_options& o) {
    if (text == "csv") {
        o.output_format = sink::output_format::csv;
    } else if (text == "ndjson") {
        o.output_format = sink::output_format::ndjson;
    } else {
        return expected_one_of("csv or ndjson");
    }
    return {};
}

}  // namespace

// clang-format off: a table is read by its columns
std::span<const option_definition> output_option_table() {
    static const std::vector<option_definition> options{
        {.name = "output",
         .value = "TARGET",
         .initial = "-",
         .group = option_group::output,
         .help = "Where the rows go: a path, or '-' for standard output. A file appears under its name when "
                 "it is "
                 "complete; until then it is TARGET.partial.",
         .apply = set_output,
         .letter = 'o'},
        {.name = "output-format",
         .value = "FORMAT",
         .group = option_group::output,
         .help = "csv or ndjson; otherwise by the ending of TARGET, csv where it says nothing.",
         .apply = set_output_format},
        {.name = "force",
         .group = option_group::output,
         .help = "Replace a finished output.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.force); },
         .toml = toml_kind::boolean},
    };
    return options;
}
// clang-format on

}  // namespace cardresolver::app
