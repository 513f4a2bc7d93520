// What the kernel knows about a TCP socket and Asio does not say. Apart, because the kernel's header and the
// C library's, which Asio includes, define the same structure differently.
#pragma once

#include <chrono>
#include <cstdint>

namespace cardresolver::net {

struct socket_traffic {
    std::uint64_t sent = 0;      ///< bytes acknowledged by the peer
    std::uint64_t received = 0;  ///< bytes
};

/// Zeros where the kernel does not tell.
socket_traffic traffic_of(int descriptor) noexcept;

/// Small writes leave at once, a dead peer is noticed while idle, and unacknowledged data gives up after
/// `user_timeout` (RFC 5482). Best effort: a socket that refuses an option works without it.
void tune_socket(int descriptor, std::chrono::milliseconds user_timeout) noexcept;

/// Closing the socket, or the end of the process, however it ends, resets the connection: nothing that is not
/// sent yet is sent any more, and the kernel does not try again what was lost on the way (RFC 9293 section
/// 3.10.5, ABORT).
void reset_on_close(int descriptor) noexcept;
/// Takes that back.
void finish_on_close(int descriptor) noexcept;

/// Lets many connections share a local port when bound to an address alone: `bind` then picks none.
void share_local_port(int descriptor) noexcept;

}  // namespace cardresolver::net
