// TLS by itself: what is larger than a buffer of the system's, smaller than a record, or never comes.
#include "net/tls_stream.hpp"

#include "net/net_fixture.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>

#include <optional>
#include <string>

namespace cardresolver::net::testing {
namespace {

class a_tls_stream : public net_fixture {
protected:
    /// Trusts everybody: who is trusted is tried elsewhere.
    task<void> connect(std::uint16_t port) {
        tls_stream::tcp_socket socket(context_.get_executor());
        const tcp::endpoint end(asio::ip::address_v4::loopback(), port);
        const auto [ec] = co_await socket.async_connect(end, use_tuple);
        EXPECT_FALSE(ec) << ec.message();
        socket.non_blocking(true);
        stream_.emplace(std::move(socket), tls_);
        const auto [refused] = co_await stream_->async_handshake(use_tuple);
        EXPECT_FALSE(refused) << refused.message();
    }

    /// By so many bytes at a time, until the stream ends.
    task<boost::system::error_code> read_all(std::string& all, std::size_t at_once) {
        std::string piece(at_once, '\0');
        for (;;) {
            const auto [ec, size] = co_await stream_->async_read_some(asio::buffer(piece), use_tuple);
            if (ec) co_return ec;
            all.append(piece, 0, size);
        }
    }

    server_tls present_{good()};
    asio::ssl::context tls_{asio::ssl::context::tls_client};
    std::optional<tls_stream> stream_;
};

TEST_F(a_tls_stream, writes_more_than_the_peer_has_room_for) {
    const auto sent = std::string(8'000'000, 'x') + "\r\n\r\n";
    std::string received;
    bool is_blocked = false;
    test_server server(
        context_,
        [&](peer& client) -> task<void> {
            while (!is_blocked)
                co_await asio::post(context_.get_executor(), use_tuple);
            received = co_await client.async_read_request();
            co_await client.async_write("taken");
            client.finish();
        },
        &present_);
    std::string reply;
    run([&]() -> task<void> {
        co_await connect(server.port());
        boost::system::error_code ec;
        auto rest = asio::buffer(sent);
        while (!ec)
            rest += stream_->write_some(rest, ec);
        EXPECT_EQ(ec, asio::error::would_block);
        is_blocked = true;
        // What OpenSSL has kept a record of comes again as part of what Asio offers, which is less.
        const auto [failed, size] = co_await asio::async_write(*stream_, rest, use_tuple);
        EXPECT_FALSE(failed) << failed.message();
        if (failed) co_return stream_->next_layer().close();
        EXPECT_EQ(co_await read_all(reply, 100), asio::error::eof);
    }());
    EXPECT_TRUE(received == sent) << received.size();
    EXPECT_EQ(reply, "taken");
}

TEST_F(a_tls_stream, gives_what_it_has_without_waiting_for_the_socket) {
    const std::string sent(50'000, 'y');
    test_server server(
        context_,
        [&](peer& client) -> task<void> {
            co_await client.async_write(sent);
            client.finish();
        },
        &present_);
    std::string received;
    run([&]() -> task<void> {
        co_await connect(server.port());
        EXPECT_EQ(co_await read_all(received, 7), asio::error::eof);
    }());
    EXPECT_TRUE(received == sent) << received.size();
}

TEST_F(a_tls_stream, tells_an_end_from_a_cut) {
    test_server server(
        context_,
        [](peer& client) -> task<void> {
            co_await client.async_write("half");
            client.cut();
        },
        &present_);
    std::string received;
    run([&]() -> task<void> {
        co_await connect(server.port());
        EXPECT_EQ(co_await read_all(received, 100), asio::ssl::error::stream_truncated);
    }());
    EXPECT_EQ(received, "half");
}

TEST_F(a_tls_stream, is_aborted_where_its_socket_is_closed) {
    bool may_go = false;
    test_server server(
        context_,
        [&](peer&) -> task<void> {
            while (!may_go)
                co_await asio::post(context_.get_executor(), use_tuple);
        },
        &present_);
    run([&]() -> task<void> {
        co_await connect(server.port());
        asio::post(context_.get_executor(), [&] { stream_->next_layer().close(); });
        std::string nothing;
        EXPECT_EQ(co_await read_all(nothing, 100), asio::error::operation_aborted);
    }());
    may_go = true;
    settle();
}

}  // namespace
}  // namespace cardresolver::net::testing
