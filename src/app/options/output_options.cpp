// The options of `resolve`: where the rows go.
#include "app/options/option_tables.hpp"
#include "app/options/setters.hpp"
#include "database/database_url.hpp"

#include <vector>

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

/// What only later versions write must not be created as a file of that name.
std::string set_output(text_view text, command_options& o) {
    if (!database::is_database_url(text)) return set_text(text, o.output);
    std::string why;
    const auto url = database::parse_database_url(text, why);
    if (!url) return why;
    if (url->query) return "rows go to a table (?table=NAME); a query is for INPUT";
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

std::string set_order(text_view text, command_options& o) {
    if (text != "input" && text != "completion") return expected_one_of("input or completion");
    o.in_input_order = text == "input";
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
         .help =
             "Where the rows go: a path, or '-' for standard output. A file appears under its name when "
             "it is complete; until then there are TARGET.partial and TARGET.checkpoint, from which the "
             "same command goes on after a stop. A name in .gz or .zst is written compressed. "
             "sqlite:FILE?table=NAME adds them to a table of an SQLite database (cardresolver_rows where "
             "none "
             "is named), under the run_id of this run; postgresql://USER@HOST/DATABASE?table=NAME to one of "
             "a PostgreSQL database, whose password belongs into a file that PGPASSFILE names.",
         .apply = set_output,
         .letter = 'o',
         .holds_password = database::holds_database_password},
        {.name = "output-format",
         .value = "FORMAT",
         .group = option_group::output,
         .help =
             "csv or ndjson; otherwise by the ending of TARGET (before .gz or .zst; .jsonl is ndjson), csv "
             "where it says nothing.",
         .apply = set_output_format},
        {.name = "keep-columns",
         .group = option_group::output,
         .help =
             "Begin each row with the input's own columns, as they are; one with the name of one of ours "
             "becomes input_NAME. Those of a CSV without a header are input_1, input_2 and so on; a field "
             "that a record lacks is empty, and what it has beyond the header is left out. NDJSON is kept "
             "in NDJSON rows alone. A plain list has no columns to keep.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.keep_columns); },
         .toml = toml_kind::boolean},
        {.name = "order",
         .value = "ORDER",
         .initial = "completion",
         .group = option_group::output,
         .help = "input: rows in the order of the list. completion: as their answers come, which is faster: "
                 "a late "
                 "answer holds up no other.",
         .apply = set_order},
        {.name = "excel-safe",
         .group = option_group::output,
         .help =
             "In CSV, write what a spreadsheet would spoil as =\"NUMBER\" (long numbers, leading zeros), and "
             "an "
             "apostrophe before what it would take for a formula. Such rows are a valid INPUT, too. NDJSON "
             "stays as it is.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.excel_safe); },
         .toml = toml_kind::boolean},
        {.name = "failures",
         .value = "FILE",
         .group = option_group::output,
         .help =
             "Write the cards without an answer to a CSV of their own, line,number,kind,status,message: the "
             "INPUT of another try. It appears along with TARGET, also where it lists no card.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.failures); }},
        {.name = "force",
         .group = option_group::output,
         .help = "Replace a finished output, and a finished list of failures. In a database, the rows of the "
                 "finished run of the same list under the same settings are replaced, no others.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.force); },
         .toml = toml_kind::boolean},
        {.name = "restart",
         .group = option_group::output,
         .help = "Drop the rows of an unfinished run and begin anew. Without it, the same command goes on "
                 "where the "
                 "last one stopped, whatever ended it.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.restart); },
         .toml = toml_kind::boolean},
    };
    return options;
}
// clang-format on

}  // namespace cardresolver::app
