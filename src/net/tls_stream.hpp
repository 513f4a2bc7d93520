// TLS over a TCP socket: OpenSSL reads and writes the socket itself, and Asio says when it may.
//
// Asio's own stream takes every byte through two more buffers, which cost a connection 48 KiB and a reply two
// copies. Private to this room.
#pragma once

#include "net/async.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace cardresolver::net {

/// The client's end of a TLS connection. One operation at a time; event-loop thread only. An operation that
/// is under way ends with `operation_aborted` where the socket is closed.
///
/// Errors: `eof` after the peer's close_notify, `ssl::error::stream_truncated` where the stream ends without
/// one (RFC 8446 section 6.1), those of the system, and those of OpenSSL in Asio's category of them.
class tls_stream {
public:
    using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;
    using executor_type = executor;

    /// `socket` is connected, and does not block. Throws `std::bad_alloc` where OpenSSL has no memory.
    tls_stream(tcp_socket socket, asio::ssl::context& context);
    tls_stream(const tls_stream&) = delete;
    tls_stream& operator=(const tls_stream&) = delete;

    /// For what is set before the handshake and asked after it.
    SSL* native_handle() noexcept { return native_.get(); }
    /// To close it, and for its options: whoever reads or writes it takes bytes from the connection.
    tcp_socket& next_layer() noexcept { return socket_; }
    executor_type get_executor() noexcept { return socket_.get_executor(); }

    /// Completes with an error code.
    template <class Token>
    auto async_handshake(Token&& token) {
        return asio::async_compose<Token, void(boost::system::error_code)>(
            operation<handshake_attempt>{*this, {}}, token, socket_);
    }

    /// Completes with an error code and the number of bytes, at least 1 without an error. What is read goes
    /// to the first buffer of `into`, which is asked for it once there may be something to read.
    template <class Buffers, class Token>
    auto async_read_some(const Buffers& into, Token&& token) {
        return asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
            operation<read_attempt<Buffers>>{*this, {into}}, token, socket_);
    }
    /// The same for `from`, which is valid until completion.
    template <class Token>
    auto async_write_some(const asio::const_buffer& from, Token&& token) {
        return asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
            operation<write_attempt>{*this, {from}}, token, socket_);
    }

    /// What can be had at once; `would_block`: nothing.
    std::size_t read_some(const asio::mutable_buffer& into, boost::system::error_code& ec);
    /// The same for what can be sent. Where it would block, what is written next begins with the same bytes.
    std::size_t write_some(const asio::const_buffer& from, boost::system::error_code& ec);

private:
    using wait_type = tcp_socket::wait_type;

    /// What a call of OpenSSL has come to.
    struct attempted {
        std::optional<wait_type> wants;  ///< none: it is done
        boost::system::error_code error;
        std::size_t size = 0;
    };

    struct handshake_attempt {
        static attempted make(tls_stream& stream) { return stream.shake_hands(); }
        static constexpr wait_type waits_for = wait_type::wait_write;
        template <class Self>
        static void complete(Self& self, const attempted& result) {
            self.complete(result.error);
        }
    };
    template <class Buffers>
    struct read_attempt {
        Buffers into;
        attempted make(tls_stream& stream) const { return stream.read(*asio::buffer_sequence_begin(into)); }
        static constexpr wait_type waits_for = wait_type::wait_read;
        template <class Self>
        static void complete(Self& self, const attempted& result) {
            self.complete(result.error, result.size);
        }
    };
    struct write_attempt {
        asio::const_buffer from;
        attempted make(tls_stream& stream) const { return stream.write(from); }
        static constexpr wait_type waits_for = wait_type::wait_write;
        template <class Self>
        static void complete(Self& self, const attempted& result) {
            self.complete(result.error, result.size);
        }
    };

    /// Tries whenever the socket is ready. Never completes before the function that began it has returned.
    template <class Attempt>
    struct operation {
        tls_stream& stream;
        Attempt attempt;
        bool has_begun = false;

        template <class Self>
        void operator()(Self& self, boost::system::error_code ec = {}) {
            if (!std::exchange(has_begun, true)) return begin(self);
            // The socket may have been closed after it was found ready: its number may be another's by now.
            if (!stream.socket_.is_open()) ec = asio::error::operation_aborted;
            const auto result = ec ? attempted{std::nullopt, ec} : attempt.make(stream);
            if (!result.wants) return Attempt::complete(self, result);
            stream.socket_.async_wait(*result.wants, std::move(self));
        }

        template <class Self>
        void begin(Self& self) {
            if constexpr (Attempt::waits_for == wait_type::wait_read) {
                if (SSL_has_pending(stream.native_handle()) == 1)
                    return asio::post(stream.get_executor(), std::move(self));
            }
            stream.socket_.async_wait(Attempt::waits_for, std::move(self));
        }
    };

    struct socket_end;
    struct deleter {
        void operator()(SSL* connection) const noexcept { SSL_free(connection); }
    };

    attempted shake_hands();
    attempted read(const asio::mutable_buffer& into);
    attempted write(const asio::const_buffer& from);
    attempted judge(int returned);

    tcp_socket socket_;
    bool has_ended_ = false;  ///< the socket, without a close_notify before
    std::unique_ptr<SSL, deleter> native_;
};

}  // namespace cardresolver::net
