// Where to listen, as it is written on the command line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cardresolver::simulator {

/// A host name or address without brackets, and a port in digits.
struct listen_address {
    std::string host;
    std::string port;
};

/// Reads "host:port", "[v6 address]:port" or ":port" (127.0.0.1). Throws `std::runtime_error` for any other
/// text.
listen_address parse_listen_address(const std::string& text);

/// "https://127.0.0.1:8443"; an IPv6 address gets its brackets.
std::string make_url(std::string_view scheme, std::string_view address, std::uint16_t port);

}  // namespace cardresolver::simulator
