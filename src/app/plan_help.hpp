// What `cardresolver plan --help` says beside the options.
#pragma once

#include <string_view>

namespace cardresolver::app {

inline constexpr std::string_view plan_examples =
    "  cardresolver plan cards.csv --config cardresolver.toml\n"
    "  cardresolver plan cards.csv --rate 50/s --deadline 06:00\n"
    "  cardresolver plan cards.csv --rate 1000000/d --json\n";

inline constexpr std::string_view plan_notes =
    "Nothing is sent, and no account is needed. A configuration file made for resolve is taken as it is.\n\n"
    "Duplicates are counted exactly, whatever the length of the list: of more than 2 million cards, 16 bytes "
    "each go into a temporary file in $TMPDIR (/tmp), and memory stays below 100 MiB.\n\n"
    "resolve asks a card once for all its lines as long as it remembers the answer, which it does for the "
    "last "
    "10,000 cards. A longer list with duplicates gets two figures: with all of them recognised, and with "
    "none. "
    "The deadline holds where it does in the worse case. The time is what the limits alone need, "
    "those of a schedule too: retries and slow answers come on top. Of today's quota, all is taken to be "
    "there.\n\n"
    "Exit codes: 0 done, and the deadline, where one is given, can be met; 64 usage; 65 input unusable; 66 "
    "no "
    "such input; 74 read error, or no temporary file can be made or written; 75 the deadline cannot be met; "
    "78 "
    "configuration; 141 standard output closed by its reader.";

}  // namespace cardresolver::app
