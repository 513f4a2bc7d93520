// Every foreign error code of this room becomes a failure here, once.
#pragma once

#include "card/failure.hpp"

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <string>

namespace cardresolver::net {

/// Why we ended an operation ourselves. Recorded when we do it: the error code that the operation then
/// reports says nothing about the cause.
enum class interruption : std::uint8_t {
    none,
    deadline,  ///< our deadline passed
    closing    ///< the connection was closed from outside the operation
};

/// `unfinished` says what was waited for: "no answer from 10.0.0.1:443".
card::failure interrupted(card::failure_stage stage, interruption why, std::string unfinished);

card::failure lookup_failure(const boost::system::error_code& ec, const std::string& host);

/// `peer`: address and port, for people.
card::failure connect_failure(const boost::system::error_code& ec, const std::string& peer);

/// `refusal`: what was wrong with the certificate; empty: nothing.
card::failure handshake_failure(const boost::system::error_code& ec, const std::string& refusal);

/// A failed read or write. `kept_alive`: the connection has carried a reply before and no byte of this one
/// has come, so a close means `stale`.
card::failure transfer_failure(card::failure_stage stage, const boost::system::error_code& ec,
                               bool kept_alive);

}  // namespace cardresolver::net
