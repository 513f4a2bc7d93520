// The options of `plan`: those of `resolve` that decide what is asked and how fast, and its own.
#include "app/options/option_tables.hpp"
#include "app/options/setters.hpp"

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

/// The same option with another meaning.
option_definition deadline_of_plan() {
    auto option = *find_option(resolve_option_table(), "deadline");
    option.help =
        "Say whether the run can be done by then, and end with exit code 75 where it cannot: "
        "2026-01-31T06:00:00+08:00, the next 06:00 on the local clock, or a duration such as 90m.";
    return option;
}

std::vector<option_definition> make_plan_table() {
    std::vector<option_definition> options{
        deadline_of_plan(),
        {.name = "json",
         .group = option_group::report,
         .help = "One JSON object instead of the text.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.plan_as_json); },
         .sources = from_flag},
    };
    const auto input = input_option_table();
    options.insert(options.end(), input.begin(), input.end());
    for (const text_view name : {"base-url", "batch-size", "rate", "day-starts", "config"}) {
        options.push_back(*find_option(resolve_option_table(), name));
    }
    return options;
}

}  // namespace

std::span<const option_definition> plan_option_table() {
    static const std::vector<option_definition> options = make_plan_table();
    return options;
}

}  // namespace cardresolver::app
