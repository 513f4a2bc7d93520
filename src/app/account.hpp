// Puts the account together and says what is missing.
#pragma once

#include "app/options/option_reader.hpp"
#include "carrier/account.hpp"

#include <optional>
#include <string>

namespace cardresolver::app {

/// The account of the options. The password comes from, in this order: CARDRESOLVER_PASSWORD,
/// --password-file, $CREDENTIALS_DIRECTORY/password, the configuration file. With the built-in carrier, what
/// is missing is its own. Nothing, with `faults` appended to, where something is missing or malformed.
std::optional<carrier::account> find_account(const option_reading& reading,
                                             std::vector<option_fault>& faults);

}  // namespace cardresolver::app
