// The options of `explain`.
#include "app/options/option_definition.hpp"
#include "app/options/setters.hpp"

#include <vector>

namespace cardresolver::app {

std::span<const option_definition> explain_option_table() {
    static const std::vector<option_definition> options{
        {.name = "number",
         .value = "NUMBER",
         .group = option_group::input,
         .help = "The card's ICCID, IMSI or MSISDN, as the list has it.",
         .apply = [](std::string_view t, command_options& o) { return set_text(t, o.explained_number); },
         .sources = from_flag,
         .is_positional = true},
        {.name = "trace",
         .value = "FILE",
         .group = option_group::input,
         .help = "The trace that resolve --trace has written; '-': standard input.",
         .apply = [](std::string_view t, command_options& o) { return set_text(t, o.trace); },
         .sources = from_flag},
    };
    return options;
}

}  // namespace cardresolver::app
