// Servers that must be refused before a byte of the request leaves, and a few that must not. Each is met
// twice: by `net` in one process, and by the whole program (`bad_tls_server`).
#pragma once

#include "card/failure.hpp"
#include "net/test_server.hpp"
#include "support/tls_certificates.hpp"

#include <deque>
#include <ostream>
#include <span>
#include <string>

namespace cardresolver::net::testing {

using support::certificate_plan;
using support::identity;

/// A plan for a server's own certificate.
certificate_plan leaf(const std::string& names = "DNS:api.example");

/// Builds what a server presents; what it makes stays alive here.
class presentation {
public:
    explicit presentation(const identity& trusted) : root_(trusted) {}

    const identity& root() const { return root_; }
    const identity& make(const certificate_plan& plan, const identity* issuer) {
        return made_.emplace_back(plan, issuer);
    }
    /// The server's own certificate, signed by `issuer`.
    void show(const certificate_plan& plan, const identity& issuer) { tls.own = &make(plan, &issuer); }
    void show(const certificate_plan& plan) { show(plan, root_); }
    /// A server's certificate below an intermediate authority that is sent along.
    void show_below(const certificate_plan& authority, const certificate_plan& own = leaf()) {
        const auto& link = make(authority, &root_);
        tls.chain.push_back(&link);
        show(own, link);
    }

    /// A good certificate below a root that is trusted, but `change`d.
    template <class Change>
    void show_below_own_root(Change change) {
        auto plan = certificate_plan::authority("another root");
        change(plan);
        const auto& own_root = make(plan, nullptr);
        ca_pem = own_root.certificate_pem();
        show(leaf(), own_root);
    }

    server_tls tls;
    std::string ca_pem;  ///< what the client trusts in place of `root()`; empty: that

private:
    const identity& root_;
    std::deque<identity> made_;
};

/// One server.
struct tls_case {
    const char* name;
    const char* host;    ///< whom the client wants to talk to
    const char* detail;  ///< part of the reason that must be told
    void (*prepare)(presentation&);
    card::failure_kind kind = card::failure_kind::certificate;
    std::string raw{};  ///< sent in place of a handshake, where there is nothing to prepare
};

inline void PrintTo(const tls_case& shown, std::ostream* out) {  // NOLINT: GoogleTest's name
    *out << shown.name;
}

/// Certificates that must be refused.
std::span<const tls_case> bad_certificates();
/// Versions, ciphers and parameters that must be refused.
std::span<const tls_case> bad_protocols();
/// Peers that speak no TLS, or spoil it by hand.
std::span<const tls_case> bad_peers();
/// Servers that must be accepted.
std::span<const tls_case> good_servers();

}  // namespace cardresolver::net::testing
