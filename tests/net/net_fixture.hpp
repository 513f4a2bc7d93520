// A client and a server on one event loop, on 127.0.0.1, with certificates made for the occasion.
#pragma once

#include "net/client.hpp"
#include "net/connection.hpp"
#include "net/event_loop.hpp"
#include "net/test_server.hpp"
#include "support/tls_certificates.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace cardresolver::net::testing {

using namespace std::chrono_literals;
using card::failure_kind;
using card::failure_stage;

inline constexpr std::string_view get_request = "GET / HTTP/1.1\r\nHost: api.example\r\n\r\n";
inline constexpr std::string_view ok_reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class net_fixture : public ::testing::Test {
protected:
    /// The authority that `settings_for` trusts.
    static const support::identity& root() {
        static const support::identity authority(support::certificate_plan::authority("test root"));
        return authority;
    }

    /// A good certificate of `api.example`.
    static const support::identity& good() {
        static const support::identity server(support::certificate_plan::server("DNS:api.example"), &root());
        return server;
    }

    /// For `api.example`, which every name here is taken to mean 127.0.0.1.
    client_settings settings_for(const test_server& server, bool tls) {
        client_settings settings;
        settings.host = "api.example";
        settings.port = server.port();
        settings.tls = tls;
        settings.ca_pem = root().certificate_pem();
        settings.lookup = [this](const std::string&, lookup_handler handler) {
            ++lookups_;
            asio::post(context_,
                       [handler = std::move(handler)] { handler({}, {asio::ip::address_v4::loopback()}); });
        };
        return settings;
    }

    /// Answers each request with `ok_reply` until the client leaves.
    static task<void> serve_ok(peer& client) {
        for (;;) {
            const auto request = co_await client.async_read_request();
            if (request.empty()) co_return;
            co_await client.async_write(ok_reply);
        }
    }

    void run(task<void> work) { run_until_done(context_, std::move(work)); }

    /// Opens a connection of a client with these settings and says what came of it.
    std::optional<card::failure> open(const client_settings& settings) {
        client owner(context_, settings);
        connection link(owner);
        std::optional<card::failure> failed;
        run(open_into(link, failed));
        EXPECT_EQ(link.is_open(), !failed);
        return failed;
    }

    static task<void> open_into(connection& link, std::optional<card::failure>& failed) {
        failed = co_await link.async_open();
    }

    /// Lets the loop run until `happened`.
    task<void> until(const bool& happened) {
        while (!happened)
            co_await asio::post(context_.get_executor(), use_tuple);
    }

    /// Whatever else is ready on the loop.
    void settle() {
        context_.restart();
        context_.poll();
    }

    asio::io_context context_{1};
    int lookups_ = 0;
};

}  // namespace cardresolver::net::testing
