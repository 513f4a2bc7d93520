// Whom we trust, and how each new TLS connection is told so. The only way to a client's TLS stream: nothing
// is verified unless it is asked for, context by context and stream by stream.
#pragma once

#include "net/peer.hpp"

#include <boost/asio/ssl/context.hpp>

#include <optional>
#include <string>

namespace cardresolver::net {

namespace asio = boost::asio;

/// What the verification of one connection found; lives at least as long as the connection's handshake.
struct certificate_report {
    std::string names;  ///< for whom the refused certificate is, printable; empty: not known
    int depth = 0;      ///< of the refused certificate; 0: the peer's own
    std::optional<certificate_facts> own;  ///< the peer's own, where the verification failed
};

/// TLS 1.2 or newer, security level 2, peer verified, trust as given. Throws `std::runtime_error` with a
/// sentence for the user where a trust anchor cannot be read.
///
/// `ca_pem` is used before `ca_file`, `ca_file` before the system's store; they do not add up.
asio::ssl::context make_tls_context(const std::string& ca_file, const std::string& ca_pem);

/// Before the handshake: the name to ask for (RFC 6066 section 3: never an address) and to insist on.
/// Subject alternative names alone count (RFC 9525 section 2). False: OpenSSL has no memory.
bool prepare_connection(SSL* connection, const std::string& host, certificate_report& report);

/// After a failed handshake: what was wrong with the certificate, one sentence; empty: nothing was.
std::string describe_refusal(SSL* connection, const std::string& host, const certificate_report& report);

/// After a handshake that went well: the peer's own certificate. Nothing: OpenSSL has none.
std::optional<certificate_facts> describe_certificate(SSL* connection);

}  // namespace cardresolver::net
