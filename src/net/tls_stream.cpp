#include "net/tls_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>

namespace cardresolver::net {
namespace {

int length_of(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

/// For what OpenSSL says about the call that follows.
void forget_errors() {
    ERR_clear_error();
    errno = 0;
}

boost::system::error_code tls_error() {
    return {static_cast<int>(ERR_get_error()), asio::error::get_ssl_category()};
}

boost::system::error_code system_error() {
    if (errno == 0) return asio::ssl::error::stream_truncated;
    return {errno, asio::error::get_system_category()};
}

}  // namespace

tls_stream::tls_stream(tcp_socket socket, asio::ssl::context& context)
    : socket_(std::move(socket)), native_(SSL_new(context.native_handle())) {
    if (!native_ || SSL_set_fd(native_.get(), static_cast<int>(socket_.native_handle())) != 1) {
        throw std::bad_alloc();
    }
    BIO* const end = SSL_get_rbio(native_.get());
    BIO_set_callback_ex(end, &tls_stream::note_end);
    BIO_set_callback_arg(end, reinterpret_cast<char*>(this));
    SSL_set_connect_state(native_.get());
    // A whole record with one call, not its head first.
    SSL_set_read_ahead(native_.get(), 1);
    // Between records, buffers go back: 24 KiB less for a connection, and the next one's reply comes into the
    // same memory, which the processor still has at hand. What could not be sent may come again as part of
    // more, or less, from another place: so it does by `asio::async_write`.
    SSL_set_mode(native_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

/// Keeps a bare end of the socket from OpenSSL, which would answer it with an alert, and take the session,
/// which other connections resume, for spoilt. Carriers close idle connections so. Called around each read of
/// the socket; see BIO_set_callback_ex(3).
long tls_stream::note_end(BIO* socket, int what, const char* /*bytes*/, std::size_t /*size*/, int /*unused*/,
                          long /*unused*/, int returned, std::size_t* /*done*/) {
    if (what != (BIO_CB_READ | BIO_CB_RETURN) || returned != 0) return returned;
    reinterpret_cast<tls_stream*>(BIO_get_callback_arg(socket))->has_ended_ = true;
    BIO_set_retry_read(socket);
    return -1;
}

tls_stream::attempted tls_stream::shake_hands() {
    forget_errors();
    return judge(SSL_do_handshake(native_.get()));
}

tls_stream::attempted tls_stream::read(const asio::mutable_buffer& into) {
    forget_errors();
    return judge(SSL_read(native_.get(), into.data(), length_of(into.size())));
}

tls_stream::attempted tls_stream::write(const asio::const_buffer& from) {
    forget_errors();
    return judge(SSL_write(native_.get(), from.data(), length_of(from.size())));
}

tls_stream::attempted tls_stream::judge(int returned) {
    if (returned > 0) return {std::nullopt, {}, static_cast<std::size_t>(returned)};
    switch (SSL_get_error(native_.get(), returned)) {
        case SSL_ERROR_WANT_READ:
            if (has_ended_) return {std::nullopt, asio::ssl::error::stream_truncated};
            return {wait_type::wait_read, {}};
        case SSL_ERROR_WANT_WRITE:
            return {wait_type::wait_write, {}};
        case SSL_ERROR_ZERO_RETURN:
            return {std::nullopt, asio::error::eof};
        case SSL_ERROR_SYSCALL:
            return {std::nullopt, system_error()};
        default:
            return {std::nullopt, tls_error()};
    }
}

std::size_t tls_stream::read_some(const asio::mutable_buffer& into, boost::system::error_code& ec) {
    const auto result = read(into);
    ec = result.wants ? asio::error::would_block : result.error;
    return result.size;
}

std::size_t tls_stream::write_some(const asio::const_buffer& from, boost::system::error_code& ec) {
    const auto result = write(from);
    ec = result.wants ? asio::error::would_block : result.error;
    return result.size;
}

}  // namespace cardresolver::net
