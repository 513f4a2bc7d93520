// The other end of a connection, on the same event loop, doing exactly what a test tells it to.
#pragma once

#include "net/async.hpp"
#include "support/tls_certificates.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::net::testing {

using tcp = asio::ip::tcp;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;

/// How the server presents itself. Security level 0: it offers whatever it is given.
struct server_tls {
    server_tls() = default;
    explicit server_tls(const support::identity& who) : own(&who) {}

    const support::identity* own = nullptr;
    std::vector<const support::identity*> chain;  ///< sent after the own one
    int least_version = 0;                        ///< 0: any
    int most_version = 0;                         ///< 0: any
    const char* dh_group = nullptr;               ///< OpenSSL's name; null: none
    std::string ciphers = "ALL:eNULL:aNULL:@SECLEVEL=0";
};

std::shared_ptr<asio::ssl::context> make_server_context(const server_tls& plan);

/// One accepted connection, in the hands of a script.
class peer {
public:
    explicit peer(tcp_socket accepted) : plain(std::move(accepted)) {}

    /// False: the handshake failed.
    task<bool> async_shake_hands(asio::ssl::context& context);
    /// Everything up to the empty line; what came so far where the peer closes first.
    task<std::string> async_read_request();
    /// Waits for the first bytes, whatever they are.
    task<void> async_read_some();
    task<void> async_write(std::string_view bytes);
    /// Ends the stream as it should be: with close_notify under TLS.
    void finish();
    /// FIN, without close_notify.
    void cut();
    /// RST.
    void reset();

    tcp_socket& socket() { return tls ? tls->next_layer() : plain; }

    tcp_socket plain;
    std::optional<asio::ssl::stream<tcp_socket>> tls;
    std::string unread;
};

/// Listens on 127.0.0.1, port 0, from its construction; each connection runs the script once.
class test_server {
public:
    using script = std::function<task<void>(peer&)>;

    /// Without TLS where there is no `tls`; then the script has the bare connection.
    test_server(asio::io_context& context, script each, const server_tls* tls = nullptr);
    ~test_server();
    test_server(const test_server&) = delete;
    test_server& operator=(const test_server&) = delete;

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    void stop() { acceptor_.close(); }

    int accepted = 0;
    int handshakes = 0;  ///< completed on this side

private:
    task<void> async_accept();
    task<void> async_serve(tcp_socket accepted);

    asio::io_context& context_;
    std::shared_ptr<asio::ssl::context> tls_;
    script script_;
    asio::basic_socket_acceptor<tcp, executor> acceptor_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace cardresolver::net::testing
