// Where the carrier is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::carrier {

/// The parts of `http[s]://host[:port][/prefix]` (RFC 3986).
struct base_url {
    bool tls = true;
    std::string host;  ///< name or IP literal, without brackets, lower-case
    std::uint16_t port = 443;
    std::string path_prefix;  ///< "" or "/…" without a trailing slash

    /// The value of the Host field (RFC 9110 section 7.2): brackets for IPv6, no default port.
    std::string host_field() const;
};

/// Reads a base URL. Refused, with a sentence in `error`: another scheme, user information (a secret has no
/// place there), a query, a fragment, blanks, control characters, a port out of 1 to 65535.
std::optional<base_url> parse_base_url(std::string_view text, std::string& error);

}  // namespace cardresolver::carrier
