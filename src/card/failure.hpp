// Why a request brought no reply: the one error value of the data path. `net` maps every foreign error code
// to it, once; nobody above compares a foreign code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cardresolver::card {

/// How far the attempt had come.
enum class failure_stage : std::uint8_t { resolve, connect, proxy, handshake, write, read, decode };

/// What went wrong, coarse enough to decide by.
enum class failure_kind : std::uint8_t {
    timeout,      ///< our own deadline
    cancelled,    ///< we stopped it
    unreachable,  ///< no such name, refused, no route
    closed,       ///< reset or closed by the peer
    stale,  ///< a kept-alive connection had been closed by the peer: no byte of a reply, send again free
    certificate,  ///< the peer's certificate was refused
    tls,          ///< any other TLS fault
    protocol,     ///< not HTTP, ambiguous framing, over a limit
    local,        ///< our own machine: out of descriptors, address not available
};

/// A failed attempt. `detail` is for people; it never holds a URL, a token or a body.
struct failure {
    failure_stage stage;
    failure_kind kind;
    std::string detail;

    failure(failure_stage at, failure_kind what, std::string why = {})
        : stage(at), kind(what), detail(std::move(why)) {}

    /// Whether bytes of the request may have reached the carrier: such an attempt counts against its cards.
    bool may_have_been_sent() const noexcept {
        return (stage == failure_stage::write || stage == failure_stage::read ||
                stage == failure_stage::decode) &&
               kind != failure_kind::stale;
    }
};

std::string_view to_string(failure_stage stage) noexcept;
std::string_view to_string(failure_kind kind) noexcept;

/// "handshake: certificate: certificate has expired"
std::string describe(const failure& failure);

}  // namespace cardresolver::card
