// Who is at the other end of a connection, for people.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace cardresolver::net {

/// What a certificate says of itself. The texts are the peer's, made printable.
struct certificate_facts {
    std::string subject;  ///< "CN = carrier.example"
    std::string issuer;
    std::chrono::sys_seconds not_before{};
    std::chrono::sys_seconds not_after{};
};

struct peer_facts {
    std::string address;                           ///< "10.0.0.1:443"; empty: TCP never came to be
    std::string tls_version;                       ///< "TLSv1.3"; empty: no TLS, or no handshake
    std::optional<certificate_facts> certificate;  ///< accepted or refused; none: none came
};

}  // namespace cardresolver::net
