// The simulator's own certification authority, made at start and gone at the end.
#pragma once

#include <string>
#include <vector>

namespace cardresolver::simulator {

/// PEM texts.
struct server_identity {
    std::string ca;           ///< what clients must trust
    std::string certificate;  ///< the server's, signed by `ca`
    std::string key;          ///< the server's private key
};

/// An EC P-256 authority and a server certificate for `localhost` and the given IP addresses, named in its
/// subject alternative names alone. Valid from a day ago, for clocks that differ, to a year ahead.
/// Throws `std::runtime_error`.
server_identity make_identity(const std::vector<std::string>& ip_addresses);

}  // namespace cardresolver::simulator
