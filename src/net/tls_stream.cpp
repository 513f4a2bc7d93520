#include "net/tls_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <sys/socket.h>

namespace cardresolver::net {
namespace {

int length_of(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

/// For what OpenSSL says about the call that follows. To look whether there are any is much cheaper than to
/// clear what is empty.
void forget_errors() {
    if (ERR_peek_error() != 0) ERR_clear_error();
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

/// The socket as OpenSSL sees it; see BIO_meth_new(3). OpenSSL's own would do, but for how a socket ends, and
/// a callback that is told of that is called twice for each of a dozen questions that a record brings up.
struct tls_stream::socket_end {
    struct deleter {
        void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
    };
    using method = std::unique_ptr<BIO_METHOD, deleter>;

    static method make_method() {
        const int index = BIO_get_new_index();
        method made(BIO_meth_new(index | BIO_TYPE_SOURCE_SINK, "socket"));
        if (index == -1 || !made || BIO_meth_set_read(made.get(), &read) != 1 ||
            BIO_meth_set_write(made.get(), &write) != 1 || BIO_meth_set_ctrl(made.get(), &control) != 1) {
            throw std::bad_alloc();
        }
        return made;
    }

    static BIO* attach_to(tls_stream& stream) {
        static const method methods = make_method();
        BIO* const made = BIO_new(methods.get());
        if (made == nullptr) throw std::bad_alloc();
        BIO_set_data(made, &stream);
        BIO_set_init(made, 1);
        return made;
    }

    static tls_stream& stream_of(BIO* end) { return *static_cast<tls_stream*>(BIO_get_data(end)); }

    /// Keeps a bare end of the socket from OpenSSL, which would answer it with an alert, and take the
    /// session, which other connections resume, for spoilt. Carriers close idle connections so.
    static int read(BIO* end, char* into, int size) {
        auto& stream = stream_of(end);
        BIO_clear_retry_flags(end);
        const auto done = ::recv(stream.socket_.native_handle(), into, static_cast<std::size_t>(size), 0);
        if (done == 0) stream.has_ended_ = true;
        if (done == 0 || (done < 0 && BIO_sock_should_retry(-1) == 1)) {
            BIO_set_retry_read(end);
            return -1;
        }
        return static_cast<int>(done);
    }

    static int write(BIO* end, const char* from, int size) {
        BIO_clear_retry_flags(end);
        const auto done = ::send(stream_of(end).socket_.native_handle(), from, static_cast<std::size_t>(size),
                                 MSG_NOSIGNAL);
        if (done < 0 && BIO_sock_should_retry(-1) == 1) BIO_set_retry_write(end);
        return static_cast<int>(done);
    }

    /// A flush must succeed; to all else that OpenSSL asks, "no" is right.
    static long control(BIO* /*end*/, int what, long /*unused*/, void* /*unused*/) {
        return what == BIO_CTRL_FLUSH ? 1 : 0;
    }
};

tls_stream::tls_stream(tcp_socket socket, asio::ssl::context& context)
    : socket_(std::move(socket)), native_(SSL_new(context.native_handle())) {
    if (!native_) throw std::bad_alloc();
    BIO* const end = socket_end::attach_to(*this);
    SSL_set_bio(native_.get(), end, end);
    SSL_set_connect_state(native_.get());
    // A whole record with one call, not its head first.
    SSL_set_read_ahead(native_.get(), 1);
    // Between records, buffers go back: 24 KiB less for a connection, and the next one's reply comes into the
    // same memory, which the processor still has at hand. What could not be sent may come again as part of
    // more, or less, from another place: so it does by `asio::async_write`.
    SSL_set_mode(native_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
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
