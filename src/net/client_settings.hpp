// What a client of one carrier is told, and what it counts. Plain values: no Asio here.
#pragma once

#include "net/name_lookup.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::net {

/// An HTTP proxy that is asked to CONNECT (RFC 9110 section 9.3.6).
struct proxy_settings {
    std::string host;
    std::uint16_t port = 3128;
    std::string authorization;  ///< value of Proxy-Authorization, a secret; empty: none
};

/// Reads `http://[user:password@]host[:port]`, user and password percent-encoded; anything else yields
/// nothing and a sentence in `error`, which never holds a part of the URL.
std::optional<proxy_settings> parse_proxy_url(std::string_view url, std::string& error);

struct client_settings {
    std::string host;  ///< name or IP literal, without brackets
    std::uint16_t port = 443;
    bool tls = true;
    std::string ca_file;        ///< PEM bundle to trust instead of the system's; empty: the system's
    std::string ca_pem;         ///< PEM text to trust in its place, for the built-in simulator; empty: none
    std::string local_address;  ///< source address of the connections; empty: the kernel's choice
    std::optional<proxy_settings> proxy;
    std::chrono::milliseconds connect_timeout{10'000};  ///< DNS, TCP, CONNECT and TLS together
    std::chrono::milliseconds request_timeout{25'000};  ///< from the first byte written to the last byte read
    std::size_t reply_limit = std::size_t{512} * 1024;  ///< bytes of a reply's body
    name_lookup lookup;  ///< in place of the system's resolver; empty: the system's
};

/// Counters over all connections of a client.
struct client_statistics {
    std::uint64_t connections_opened = 0;  ///< handshakes completed (TCP connects, without TLS)
    std::uint64_t sessions_resumed = 0;
    std::uint64_t bytes_sent = 0;      ///< payload of TCP, TLS included; closed connections and open ones
    std::uint64_t bytes_received = 0;  ///< likewise
};

}  // namespace cardresolver::net
