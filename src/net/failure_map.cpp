#include "net/failure_map.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <utility>

namespace cardresolver::net {
namespace {

using boost::system::error_code;
using card::failure;
using card::failure_kind;
using card::failure_stage;
namespace asio = boost::asio;
namespace errc = boost::system::errc;

/// The peer, or something on the way, ended the connection.
bool is_closure(const error_code& ec) {
    return ec == asio::error::eof || ec == asio::ssl::error::stream_truncated ||
           ec == asio::error::connection_reset || ec == asio::error::broken_pipe ||
           ec == asio::error::connection_aborted || ec == asio::error::not_connected;
}

/// Our own machine cannot: whichever peer we try, it will be the same.
bool is_local(const error_code& ec) {
    return ec == errc::too_many_files_open || ec == errc::too_many_files_open_in_system ||
           ec == errc::no_buffer_space || ec == errc::not_enough_memory ||
           ec == errc::address_not_available || ec == errc::address_in_use || ec == errc::permission_denied ||
           ec == errc::operation_not_permitted || ec == errc::address_family_not_supported;
}

bool is_tls(const error_code& ec) {
    return ec.category() == asio::error::get_ssl_category();
}

int tls_reason(const error_code& ec) {
    return ERR_GET_REASON(static_cast<unsigned long>(ec.value()));
}

/// OpenSSL's own words for the reason, which hold nothing of the peer's.
std::string tls_text(const error_code& ec) {
    const auto* const text = ERR_reason_error_string(static_cast<unsigned long>(ec.value()));
    return text != nullptr ? text : "unknown TLS error";
}

}  // namespace

failure interrupted(failure_stage stage, interruption why, std::string unfinished) {
    if (why == interruption::deadline) return {stage, failure_kind::timeout, std::move(unfinished)};
    return {stage, failure_kind::cancelled, "the connection was closed by us"};
}

failure lookup_failure(const error_code& ec, const std::string& host) {
    if (is_local(ec)) return {failure_stage::resolve, failure_kind::local, ec.message()};
    if (ec == asio::error::host_not_found || ec == asio::error::no_data) {
        return {failure_stage::resolve, failure_kind::unreachable, "no such host: " + host};
    }
    if (ec == asio::error::host_not_found_try_again) {
        return {failure_stage::resolve, failure_kind::unreachable, "no name server answers for " + host};
    }
    return {failure_stage::resolve, failure_kind::unreachable,
            "cannot look " + host + " up: " + ec.message()};
}

failure connect_failure(const error_code& ec, const std::string& peer) {
    constexpr auto stage = failure_stage::connect;
    if (ec == asio::error::operation_aborted) return interrupted(stage, interruption::closing, {});
    if (is_local(ec)) return {stage, failure_kind::local, "no connection to " + peer + ": " + ec.message()};
    if (ec == asio::error::connection_refused) {
        return {stage, failure_kind::unreachable, "connection refused by " + peer};
    }
    if (ec == asio::error::host_unreachable || ec == asio::error::network_unreachable) {
        return {stage, failure_kind::unreachable, "no route to " + peer};
    }
    return {stage, failure_kind::unreachable, "no connection to " + peer + ": " + ec.message()};
}

failure handshake_failure(const error_code& ec, const std::string& refusal) {
    constexpr auto stage = failure_stage::handshake;
    if (!refusal.empty()) return {stage, failure_kind::certificate, refusal};
    if (ec == asio::error::operation_aborted) return interrupted(stage, interruption::closing, {});
    if (is_closure(ec)) return {stage, failure_kind::closed, "closed by the peer during the TLS handshake"};
    if (!is_tls(ec)) return {stage, failure_kind::tls, ec.message()};
    switch (tls_reason(ec)) {
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_HTTP_REQUEST:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
            return {stage, failure_kind::tls, "the peer does not speak TLS (" + tls_text(ec) + ")"};
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
        case SSL_R_EE_KEY_TOO_SMALL:
        case SSL_R_CA_KEY_TOO_SMALL:
        case SSL_R_CA_MD_TOO_WEAK:
            return {stage, failure_kind::certificate, tls_text(ec)};
        default:
            return {stage, failure_kind::tls, tls_text(ec)};
    }
}

failure transfer_failure(failure_stage stage, const error_code& ec, bool kept_alive) {
    if (ec == asio::error::operation_aborted) return interrupted(stage, interruption::closing, {});
    if (is_closure(ec)) {
        if (kept_alive) return {stage, failure_kind::stale, "the peer had closed the kept-alive connection"};
        // A TLS stream that ends without close_notify was cut, by whomever (RFC 8446 section 6.1).
        return {stage, failure_kind::closed,
                ec == asio::ssl::error::stream_truncated ? "closed by the peer without a TLS close"
                                                         : "closed by the peer"};
    }
    if (is_tls(ec)) return {stage, failure_kind::tls, tls_text(ec)};
    if (is_local(ec)) return {stage, failure_kind::local, ec.message()};
    return {stage, failure_kind::closed, ec.message()};
}

}  // namespace cardresolver::net
