// Who asks: what the carrier gave the customer along with the right to use the interface.
#pragma once

#include "carrier/secret.hpp"

#include <optional>
#include <string>

namespace cardresolver::carrier {

/// Longest application code that leaves room for date and serial in 48 characters (CMIOT_API2111, transid).
inline constexpr std::size_t max_appid_length = 48 - 14 - 8;

struct account {
    std::string appid;  ///< application code
    std::string ebid;   ///< capability code
    secret password;
};

/// What is wrong with the account's parts, in one sentence for the user; nothing where all is well. Checked
/// are presence, length and characters (letters, digits, `-`, `.`), so that no part can alter a request.
std::optional<std::string> find_fault(const account& account);

}  // namespace cardresolver::carrier
