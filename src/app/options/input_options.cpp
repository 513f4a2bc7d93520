// The options of `resolve`: where the list comes from and how its numbers are read.
#include "app/options/option_tables.hpp"
#include "app/options/setters.hpp"
#include "database/database_url.hpp"

#include <vector>

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

std::string set_input(text_view text, command_options& o) {
    if (!database::is_database_url(text)) return set_text(text, o.input);
    std::string why;
    const auto url = database::parse_database_url(text, why);
    if (!url) return why;
    if (!url->query || url->table) return "a list is a query: ?query=SELECT … ORDER BY … behind the database";
    return set_text(text, o.input);
}

std::string set_input_format(text_view text, command_options& o) {
    if (text == "text") {
        o.input_format = source::input_format::text;
    } else if (text == "csv") {
        o.input_format = source::input_format::csv;
    } else if (text == "ndjson") {
        o.input_format = source::input_format::ndjson;
    } else {
        return expected_one_of("text, csv or ndjson");
    }
    return {};
}

std::string set_input_encoding(text_view text, command_options& o) {
    if (text != "utf-8" && text != "gb18030") return expected_one_of("utf-8 or gb18030");
    o.input_encoding = text == "utf-8" ? source::input_encoding::utf8 : source::input_encoding::gb18030;
    return {};
}

std::string set_kind(text_view text, command_options& o) {
    o.kind.reset();
    if (text == "auto") return {};
    for (const auto kind : card::all_card_kinds) {
        if (text == card::to_string(kind)) o.kind = kind;
    }
    return o.kind ? std::string() : expected_one_of("auto, iccid, imsi or msisdn");
}

}  // namespace

// clang-format off: a table is read by its columns
std::span<const option_definition> input_option_table() {
    static const std::vector<option_definition> options{
        {.name = "input",
         .value = "INPUT",
         .initial = "-",
         .group = option_group::input,
         .help =
             "List to read: one number a line, CSV, or NDJSON (one JSON object a line), also "
             "compressed by gzip or zstd; '-': standard input. sqlite:FILE?query=SELECT … ORDER BY …, or "
             "postgresql://USER@HOST/DATABASE?query=…, reads "
             "the "
             "rows of a query (inside it, write & as %26 and % as %25); its numbers are in the column that "
             "--column names, in number, iccid, imsi or msisdn, or in its only one.",
         .apply = set_input,
         .is_positional = true,
         .holds_password = database::holds_database_password},
        {.name = "input-format",
         .value = "FORMAT",
         .group = option_group::input,
         .help = "text, csv or ndjson; otherwise guessed from the first lines.",
         .apply = set_input_format},
        {.name = "input-encoding",
         .value = "ENCODING",
         .group = option_group::input,
         .help = "utf-8 or gb18030 (GBK and GB2312 are parts of it); otherwise guessed where the list has "
                 "more than ASCII: what is no UTF-8 is GB18030. What is no character makes its row invalid.",
         .apply = set_input_encoding},
        {.name = "column",
         .value = "NAME",
         .group = option_group::input,
         .help = "CSV column or NDJSON field with the number; otherwise the first of number, iccid, imsi, "
                 "msisdn that "
                 "is there.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.column); }},
        {.name = "kind",
         .value = "KIND",
         .initial = "auto",
         .group = option_group::input,
         .help = "auto judges each number by its shape, mixed lists are welcome. iccid, imsi or msisdn "
                 "promise what "
                 "the numbers are: only length and characters are checked then.",
         .apply = set_kind},
        {.name = "pad-iccid",
         .group = option_group::input,
         .help = "Give ICCIDs of 19 digits the F that makes them 20; they are invalid without it.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.pad_iccid); },
         .toml = toml_kind::boolean},
    };
    return options;
}
// clang-format on

}  // namespace cardresolver::app
