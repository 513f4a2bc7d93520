// What `cardresolver explain --help` says beside the options.
#pragma once

#include <string_view>

namespace cardresolver::app {

inline constexpr std::string_view explain_examples =
    "  cardresolver resolve cards.txt -o cards.csv --trace trace.ndjson\n"
    "  cardresolver explain --trace trace.ndjson 898602B2221430000006\n"
    "  zcat trace.ndjson.gz | cardresolver explain --trace - 1064826090209\n";

inline constexpr std::string_view explain_notes =
    "NUMBER is read as the traced run read its list: blanks, lower case and full-width digits do no harm. A "
    "trace without --trace-numbers shows a part of each number alone; then all cards that look like NUMBER "
    "are "
    "told, each by its line of the list. Damaged lines are counted and left out. Times are UTC.\n\n"
    "Exit codes: 0 found; 64 usage, or NUMBER is no card number; 65 the trace has no such card, or is no "
    "trace; 66 no such file; 74 read error; 141 standard output closed by its reader.";

}  // namespace cardresolver::app
