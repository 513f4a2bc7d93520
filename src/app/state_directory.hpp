// Where the accounts' ledgers are kept.
#pragma once

#include <string>

namespace cardresolver::app {

/// The first of: `given` (by --state-dir); $STATE_DIRECTORY, as systemd sets it; /var/lib/cardresolver where that may
/// be written; $XDG_STATE_HOME/cardresolver; .local/state/cardresolver in the user's home directory (XDG Base
/// Directory Specification). Empty where the user has no home.
std::string find_state_directory(const std::string& given);

}  // namespace cardresolver::app
