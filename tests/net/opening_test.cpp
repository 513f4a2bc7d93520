// The way to an open connection: names, addresses, deadlines, proxies.
#include "net/name_cache.hpp"
#include "net/net_fixture.hpp"

#include <boost/asio/ip/address_v4.hpp>

#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace cardresolver::net::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using addresses = std::vector<asio::ip::address>;

/// Listens, and lets nobody in: the queue of connections is full, so the kernel drops what asks.
class silent_listener {
public:
    silent_listener(asio::io_context& context, const std::string& address, std::uint16_t port = 0)
        : acceptor_(context.get_executor()) {
        const tcp::endpoint endpoint(asio::ip::make_address(address), port);
        acceptor_.open(endpoint.protocol());
        acceptor_.bind(endpoint);
        acceptor_.listen(0);
        // A connection over the loopback is there at once, or not at all. Not by Asio, whose synchronous
        // connect waits also on a non-blocking socket.
        const auto full = acceptor_.local_endpoint();
        for (bool let_in = true; let_in;) {
            auto& socket = waiting_.emplace_back(context.get_executor());
            socket.open(endpoint.protocol());
            socket.native_non_blocking(true);
            let_in = ::connect(socket.native_handle(), full.data(), static_cast<socklen_t>(full.size())) == 0;
        }
    }
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    asio::basic_socket_acceptor<tcp, executor> acceptor_;
    std::vector<tcp_socket> waiting_;
};

class opening : public net_fixture {
protected:
    client_settings plain_settings(std::uint16_t port) {
        client_settings settings;
        settings.host = "127.0.0.1";
        settings.port = port;
        settings.tls = false;
        return settings;
    }

    name_lookup answering(addresses found) {
        return [this, found = std::move(found)](const std::string&, lookup_handler handler) {
            ++lookups_;
            asio::post(context_, [found, handler = std::move(handler)] { handler({}, found); });
        };
    }
};

TEST_F(opening, an_address_is_not_looked_up) {
    test_server server(context_, serve_ok);
    auto settings = settings_for(server, false);
    settings.host = "127.0.0.1";
    EXPECT_FALSE(open(settings));
    EXPECT_EQ(lookups_, 0);
}

TEST_F(opening, a_name_is_looked_up_once_for_all_who_wait) {
    test_server server(context_, serve_ok);
    client owner(context_, settings_for(server, false));
    connection first(owner);
    connection second(owner);
    std::optional<card::failure> first_failed;
    std::optional<card::failure> second_failed;
    asio::co_spawn(context_.get_executor(), open_into(first, first_failed), [](std::exception_ptr) {});
    run(open_into(second, second_failed));
    run(open_into(second, second_failed));
    EXPECT_FALSE(first_failed);
    EXPECT_FALSE(second_failed);
    settle();
    EXPECT_EQ(server.accepted, 3);
    EXPECT_EQ(lookups_, 1);
    EXPECT_EQ(owner.statistics().connections_opened, 3U);
}

TEST_F(opening, NW1_no_such_host) {
    auto settings = plain_settings(1);
    settings.host = "nowhere.example";
    settings.lookup = [this](const std::string&, lookup_handler handler) {
        asio::post(context_, [handler = std::move(handler)] { handler(asio::error::host_not_found, {}); });
    };
    const auto failed = open(settings);
    EXPECT_EQ(failed->stage, failure_stage::resolve);
    EXPECT_EQ(failed->kind, failure_kind::unreachable);
    EXPECT_EQ(failed->detail, "no such host: nowhere.example");
}

TEST_F(opening, NW1_the_system_knows_localhost) {
    test_server server(context_, serve_ok);
    auto settings = plain_settings(server.port());
    settings.host = "localhost";
    // A machine without /etc/hosts does not know it; then we must not either.
    addrinfo* found = nullptr;
    const bool is_known = ::getaddrinfo("localhost", nullptr, nullptr, &found) == 0;
    if (is_known) ::freeaddrinfo(found);
    EXPECT_EQ(open(settings).has_value(), !is_known);
}

TEST_F(opening, NW1_a_silent_name_server_holds_nobody_beyond_the_deadline) {
    lookup_handler kept;
    auto settings = plain_settings(1);
    settings.host = "slow.example";
    settings.connect_timeout = 20ms;
    settings.lookup = [&](const std::string&, lookup_handler handler) { kept = std::move(handler); };
    const auto failed = open(settings);
    EXPECT_EQ(failed->stage, failure_stage::resolve);
    EXPECT_EQ(failed->kind, failure_kind::timeout);
    kept({}, {asio::ip::address_v4::loopback()});  // much later, when everybody has gone
}

TEST_F(opening, a_lookup_can_be_closed) {
    auto settings = plain_settings(1);
    settings.host = "slow.example";
    connection* asking = nullptr;
    settings.lookup = [&](const std::string&, const lookup_handler&) {
        asio::post(context_, [&] { asking->close(); });
    };
    client owner(context_, settings);
    connection link(owner);
    asking = &link;
    std::optional<card::failure> failed;
    run(open_into(link, failed));
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->kind, failure_kind::cancelled);
}

TEST_F(opening, a_kept_address_expires_and_the_one_that_worked_comes_first) {
    int asked = 0;
    const auto first = asio::ip::make_address("192.0.2.1");
    const auto second = asio::ip::make_address("192.0.2.2");
    name_cache names(context_.get_executor(), [&](const std::string&, const lookup_handler& handler) {
        ++asked;
        asio::post(context_, [=] { handler({}, {first, second}); });
    });
    const auto start = name_cache::clock::now();
    names.find("a.example", start);
    settle();
    names.prefer("a.example", second);
    EXPECT_EQ(names.find("a.example", start)->addresses, (addresses{second, first}));
    EXPECT_EQ(asked, 1);
    EXPECT_TRUE(names.find("a.example", start + 10 * name_cache::time_to_live)->asking);
    EXPECT_EQ(asked, 2);
}

TEST_F(opening, NW2_refused) {
    test_server server(context_, serve_ok);
    const auto port = server.port();
    server.stop();
    const auto failed = open(plain_settings(port));
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->stage, failure_stage::connect);
    EXPECT_EQ(failed->kind, failure_kind::unreachable);
    EXPECT_EQ(failed->detail, "connection refused by 127.0.0.1:" + std::to_string(port));
}

TEST_F(opening, NW2_black_hole) {
    const silent_listener listener(context_, "127.0.0.1");
    auto settings = plain_settings(listener.port());
    settings.connect_timeout = 50ms;
    const auto failed = open(settings);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->stage, failure_stage::connect);
    EXPECT_EQ(failed->kind, failure_kind::timeout);
    EXPECT_EQ(failed->detail, "no answer from 127.0.0.1:" + std::to_string(listener.port()));
}

TEST_F(opening, NW2_out_of_descriptors) {
    test_server server(context_, serve_ok);
    client owner(context_, plain_settings(server.port()));
    connection link(owner);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit none = before;
    none.rlim_cur = 3;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    std::optional<card::failure> failed;
    run(open_into(link, failed));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->kind, failure_kind::local);
    run(open_into(link, failed));
    EXPECT_FALSE(failed) << "it works again";
}

TEST_F(opening, NW1_a_refusing_address_is_passed_over) {
    test_server server(context_, serve_ok);
    auto settings = settings_for(server, false);
    settings.lookup = answering({asio::ip::make_address("127.0.0.3"), asio::ip::make_address("127.0.0.1")});
    EXPECT_FALSE(open(settings));
}

TEST_F(opening, NW1_addresses_of_which_none_can_be_reached_are_asked_for_again) {
    test_server server(context_, serve_ok);
    auto settings = settings_for(server, false);
    int asked = 0;
    settings.lookup = [&](const std::string&, lookup_handler handler) {
        const auto address = asio::ip::make_address(++asked == 1 ? "127.0.0.3" : "127.0.0.1");
        asio::post(context_, [handler = std::move(handler), address] { handler({}, {address}); });
    };
    client owner(context_, settings);
    connection link(owner);
    std::optional<card::failure> failed;
    run(open_into(link, failed));
    EXPECT_TRUE(failed);
    run(open_into(link, failed));
    EXPECT_FALSE(failed) << "the carrier has moved";
    EXPECT_EQ(asked, 2);
}

TEST_F(opening, NW1_a_silent_address_leaves_time_to_the_next) {
    test_server server(context_, serve_ok);
    const silent_listener hole(context_, "127.0.0.3", server.port());
    auto settings = settings_for(server, false);
    settings.connect_timeout = 1s;
    settings.lookup = answering({asio::ip::make_address("127.0.0.3"), asio::ip::make_address("127.0.0.1")});
    EXPECT_FALSE(open(settings));
}

TEST_F(opening, NW1_a_hundred_addresses_end_at_the_deadline) {
    const silent_listener hole(context_, "127.0.0.1");
    auto settings = plain_settings(hole.port());
    settings.host = "api.example";
    settings.connect_timeout = 80ms;
    settings.lookup = answering(addresses(100, asio::ip::make_address("127.0.0.1")));
    EXPECT_EQ(open(settings)->kind, failure_kind::timeout);
}

TEST_F(opening, leaves_from_the_local_address) {
    std::string source;
    bool seen = false;
    test_server server(context_, [&](peer& client) -> task<void> {
        source = client.socket().remote_endpoint().address().to_string();
        seen = true;
        co_return;
    });
    auto settings = plain_settings(server.port());
    settings.local_address = "127.0.0.5";
    EXPECT_FALSE(open(settings));
    run(until(seen));
    EXPECT_EQ(source, "127.0.0.5");
}

TEST_F(opening, no_way_leads_from_the_local_address_to_one_of_another_family) {
    auto settings = plain_settings(1);
    settings.local_address = "127.0.0.5";
    settings.host = "carrier.test";
    settings.lookup = answering({asio::ip::make_address("::1")});
    EXPECT_EQ(open(settings)->kind, failure_kind::local);
}

/// A proxy that answers CONNECT with the given bytes, then does what `then` says.
class through_proxy : public net_fixture {
protected:
    std::optional<card::failure> open_through(std::string_view answer, bool tls = false) {
        const server_tls present(good());
        const auto context = make_server_context(present);
        test_server proxy(context_, [&](peer& client) -> task<void> {
            asked_ = co_await client.async_read_request();
            co_await client.async_write(answer);
            if (tls) {
                const bool secure = co_await client.async_shake_hands(*context);
                EXPECT_TRUE(secure);
            }
            if (answer.empty()) client.cut();
            co_await serve_ok(client);
        });
        auto settings = settings_for(proxy, tls);
        settings.port = 443;
        std::string error;
        settings.proxy =
            parse_proxy_url("http://user:secret@127.0.0.1:" + std::to_string(proxy.port()), error);
        EXPECT_EQ(error, "");
        return open(settings);
    }

    std::string asked_;
};

TEST_F(through_proxy, connects_with_credentials) {
    for (const bool tls : {false, true}) {
        EXPECT_FALSE(open_through("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n", tls));
        EXPECT_EQ(asked_,
                  "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n"
                  "Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n");
        EXPECT_EQ(lookups_, 0) << "the proxy looks the name up";
    }
}

TEST_F(through_proxy, says_why_it_is_refused) {
    const auto failed =
        open_through("HTTP/1.1 407 Secret\r\nProxy-Authenticate: Basic\r\nContent-Length: 3\r\n\r\nno!");
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->stage, failure_stage::proxy);
    EXPECT_EQ(failed->kind, failure_kind::unreachable);
    EXPECT_EQ(failed->detail, "proxy answered 407 Proxy Authentication Required");
    EXPECT_EQ(open_through("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")->detail, "proxy answered 302");
}

TEST_F(through_proxy, refuses_what_is_no_answer) {
    auto failed = open_through("SSH-2.0-x\r\n");
    EXPECT_EQ(failed->stage, failure_stage::proxy);
    EXPECT_EQ(failed->kind, failure_kind::protocol);
    failed = open_through("HTTP/1.1 200 OK\r\n\r\nearly");
    EXPECT_EQ(failed->kind, failure_kind::protocol);
    failed = open_through("");
    EXPECT_EQ(failed->stage, failure_stage::proxy);
    EXPECT_EQ(failed->kind, failure_kind::closed);
    EXPECT_THAT(describe(*failed), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace cardresolver::net::testing
