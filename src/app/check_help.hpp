// What `cardresolver check --help` says beside the options.
#pragma once

#include <string_view>

namespace cardresolver::app {

inline constexpr std::string_view check_examples =
    "  cardresolver check --config cardresolver.toml\n"
    "  cardresolver check --config cardresolver.toml 898602B2221430000006\n"
    "  cardresolver check --base-url simulator   (no account needed)\n";

inline constexpr std::string_view check_notes =
    "One line for each step: configuration, name, connection, certificate, clock, request. The first that "
    "FAILED "
    "ends the check and says what to do. One request is sent at most, and never a second one, whatever comes "
    "back. It counts against the account's limits. NUMBER is what it asks about; any well-formed number will "
    "do: that it is no card of yours is an answer too. Secrets are not shown.\n\n"
    "Exit codes: 0 the carrier answers, and the account is accepted; 64 usage; 65 the carrier does not take "
    "the "
    "number; 69 the carrier is not reached, or its certificate is refused; 70 internal fault; 75 throttled, "
    "or "
    "down for now; 77 the account is refused; 78 configuration; 141 standard output closed by its reader.";

}  // namespace cardresolver::app
