// Exchanges over real sockets: reuse, resumption, staleness, truncation, deadlines.
#include "net/net_fixture.hpp"

#include <chrono>

namespace cardresolver::net::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view close_reply = "HTTP/1.1 200 OK\r\n\r\nuntil the end";

enum class ending { finish, cut, reset };

void end(peer& client, ending how) {
    if (how == ending::finish) client.finish();
    if (how == ending::cut) client.cut();
    if (how == ending::reset) client.reset();
}

/// Each test runs over TCP and over TLS.
class an_exchange : public net_fixture, public ::testing::WithParamInterface<bool> {
protected:
    bool tls() const { return GetParam(); }

    void start(test_server::script each) {
        server_.emplace(context_, std::move(each), tls() ? &present_ : nullptr);
        settings_ = settings_for(*server_, tls());
    }

    void connect() {
        owner_.emplace(context_, settings_);
        link_.emplace(*owner_);
        std::optional<card::failure> failed;
        run(open_into(*link_, failed));
        ASSERT_FALSE(failed) << describe(*failed);
    }

    exchange_result exchange() {
        exchange_result result(http_reply{}, {}, {});
        run(exchange_into(result));
        return result;
    }

    task<void> exchange_into(exchange_result& result) {
        result = co_await link_->async_exchange(get_request);
    }

    /// What the peer has sent may still be on its way, also over the loopback.
    task<void> until_found_dead() {
        while (link_->check_alive())
            co_await asio::post(context_.get_executor(), use_tuple);
    }

    void expect_ok() {
        const auto result = exchange();
        ASSERT_FALSE(result.failed) << describe(*result.failed);
        EXPECT_EQ(result.reply.status, 200U);
        EXPECT_EQ(result.reply.body, "ok");
    }

    server_tls present_{good()};
    client_settings settings_;
    std::optional<test_server> server_;
    std::optional<client> owner_;
    std::optional<connection> link_;
};

INSTANTIATE_TEST_SUITE_P(over, an_exchange, ::testing::Bool(),
                         [](const auto& run) { return std::string(run.param ? "tls" : "tcp"); });

TEST_P(an_exchange, keeps_the_connection) {
    start(serve_ok);
    connect();
    EXPECT_TRUE(link_->check_alive()) << "before the first request, whatever tickets have come";
    for (int i = 0; i < 20; ++i) {
        expect_ok();
        EXPECT_TRUE(link_->check_alive());
    }
    EXPECT_EQ(server_->accepted, 1);
    const auto counted = owner_->statistics();
    EXPECT_EQ(counted.connections_opened, 1U);
    EXPECT_GE(counted.bytes_sent, 20 * get_request.size());
    EXPECT_GE(counted.bytes_received, 20 * ok_reply.size());
    link_->close();
    EXPECT_FALSE(link_->is_open());
    EXPECT_EQ(owner_->statistics().bytes_received, counted.bytes_received) << "also when closed";
}

TEST_P(an_exchange, hands_up_what_the_caller_decides_by) {
    start([](peer& client) -> task<void> {
        co_await client.async_read_request();
        co_await client.async_write(
            "HTTP/1.1 429 Slow\r\nContent-Length: 4\r\nRetry-After: 12\r\nDate: today\r\n"
            "Content-Encoding: gzip\r\nConnection: close\r\n\r\nbody");
    });
    connect();
    const auto before = std::chrono::steady_clock::now();
    const auto result = exchange();
    ASSERT_FALSE(result.failed);
    EXPECT_FALSE(link_->is_open()) << "HT7: the server is leaving";
    EXPECT_EQ(result.reply.status, 429U);
    EXPECT_EQ(result.reply.body, "body") << "still valid";
    EXPECT_EQ(result.reply.retry_after, "12");
    EXPECT_EQ(result.reply.date, "today");
    EXPECT_EQ(result.reply.content_encoding, "gzip") << "HT3: the caller refuses it";
    EXPECT_GT(result.elapsed.count(), 0);
    EXPECT_GE(result.ended_at, before + result.elapsed);
    EXPECT_LE(result.ended_at, std::chrono::steady_clock::now());
}

TEST_P(an_exchange, TL7_follows_no_redirect) {
    start([](peer& client) -> task<void> {
        co_await client.async_read_request();
        co_await client.async_write(
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n");
    });
    connect();
    EXPECT_EQ(exchange().reply.status, 302U);
    settle();
    EXPECT_EQ(server_->accepted, 1);
}

TEST_P(an_exchange, reads_a_body_of_many_records) {
    const std::string body(500'000, 'x');
    start([&](peer& client) -> task<void> {
        co_await client.async_read_request();
        const auto reply = "HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + body;
        co_await client.async_write(reply);
    });
    connect();
    EXPECT_EQ(exchange().reply.body, body);
    EXPECT_TRUE(link_->is_open());
}

TEST_P(an_exchange, HT3_ends_at_the_limit) {
    start([](peer& client) -> task<void> {
        co_await client.async_read_request();
        co_await client.async_write("HTTP/1.1 200 OK\r\nContent-Length: 524289\r\n\r\n");
    });
    connect();
    EXPECT_EQ(exchange().failed->kind, failure_kind::protocol);
    EXPECT_FALSE(link_->is_open());
}

TEST_P(an_exchange, NW7_a_connection_closed_while_idle_is_found_dead) {
    for (const auto how : {ending::finish, ending::cut, ending::reset}) {
        bool ended = false;
        start([&](peer& client) -> task<void> {
            co_await client.async_read_request();
            co_await client.async_write(ok_reply);
            end(client, how);
            ended = true;
        });
        connect();
        expect_ok();
        run(until(ended));
        run(until_found_dead());
        EXPECT_FALSE(link_->is_open());
        link_.reset();
        owner_.reset();
    }
}

TEST_P(an_exchange, NW7_a_request_on_a_connection_closed_while_idle_is_stale) {
    for (const auto how : {ending::finish, ending::cut, ending::reset}) {
        bool ended = false;
        start([&](peer& client) -> task<void> {
            co_await client.async_read_request();
            co_await client.async_write(ok_reply);
            end(client, how);
            ended = true;
        });
        connect();
        expect_ok();
        run(until(ended));
        const auto result = exchange();
        ASSERT_TRUE(result.failed);
        EXPECT_EQ(to_string(result.failed->kind), "stale") << describe(*result.failed);
        EXPECT_FALSE(result.failed->may_have_been_sent());
        link_.reset();
        owner_.reset();
    }
}

TEST_P(an_exchange, NW3_a_fresh_connection_that_closes_is_not_stale) {
    for (const auto how : {ending::finish, ending::cut, ending::reset}) {
        start([&](peer& client) -> task<void> {
            co_await client.async_read_request();
            end(client, how);
        });
        connect();
        const auto result = exchange();
        ASSERT_TRUE(result.failed);
        EXPECT_EQ(result.failed->stage, failure_stage::read);
        EXPECT_EQ(to_string(result.failed->kind), "closed");
        EXPECT_TRUE(result.failed->may_have_been_sent());
        link_.reset();
        owner_.reset();
    }
}

TEST_P(an_exchange, HT5_bytes_sent_unasked_end_the_connection) {
    bool sent = false;
    start([&](peer& client) -> task<void> {
        co_await client.async_read_request();
        co_await client.async_write(ok_reply);
        co_await client.async_write(ok_reply);
        sent = true;
        co_await client.async_read_request();
    });
    connect();
    expect_ok();
    run(until(sent));
    run(until_found_dead());
    EXPECT_FALSE(link_->is_open());
}

TEST_P(an_exchange, HT6_a_reply_with_another_behind_it_is_the_last) {
    start([](peer& client) -> task<void> {
        co_await client.async_read_request();
        const auto twice = std::string(ok_reply) + std::string(ok_reply);
        co_await client.async_write(twice);
    });
    connect();
    expect_ok();
    EXPECT_FALSE(link_->is_open());
}

TEST_P(an_exchange, TL4_a_reply_that_ends_with_the_connection_needs_an_orderly_end) {
    for (const auto how : {ending::finish, ending::cut}) {
        start([&](peer& client) -> task<void> {
            co_await client.async_read_request();
            co_await client.async_write(close_reply);
            end(client, how);
        });
        connect();
        const auto result = exchange();
        if (tls() && how == ending::cut) {
            ASSERT_TRUE(result.failed);
            EXPECT_EQ(result.failed->stage, failure_stage::read);
            EXPECT_EQ(result.failed->kind, failure_kind::closed);
            EXPECT_THAT(result.failed->detail, HasSubstr("without a TLS close"));
        } else {
            ASSERT_FALSE(result.failed) << describe(*result.failed);
            EXPECT_EQ(result.reply.body, "until the end");
        }
        EXPECT_FALSE(link_->is_open());
        link_.reset();
        owner_.reset();
    }
}

TEST_P(an_exchange, TL4_a_whole_reply_needs_no_orderly_end) {
    start([](peer& client) -> task<void> {
        co_await client.async_read_request();
        co_await client.async_write(ok_reply);
        client.cut();
    });
    connect();
    expect_ok();
}

TEST_P(an_exchange, TL4_an_unfinished_reply_is_closed) {
    for (const std::string_view part :
         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", "HTTP/1.1 200 OK\r\n"}) {
        for (const auto how : {ending::finish, ending::cut}) {
            start([&](peer& client) -> task<void> {
                co_await client.async_read_request();
                co_await client.async_write(part);
                end(client, how);
            });
            connect();
            const auto result = exchange();
            ASSERT_TRUE(result.failed);
            EXPECT_EQ(result.failed->kind, failure_kind::closed);
            link_.reset();
            owner_.reset();
        }
    }
}

TEST_P(an_exchange, NW4_a_stall_ends_at_the_request_timeout) {
    start([](peer& client) -> task<void> {
        co_await client.async_read_request();
        co_await client.async_write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
        co_await client.async_read_request();
    });
    settings_.request_timeout = 50ms;
    connect();
    const auto result = exchange();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->stage, failure_stage::read);
    EXPECT_EQ(result.failed->kind, failure_kind::timeout);
    EXPECT_GE(result.elapsed, 50ms);
    EXPECT_FALSE(link_->is_open());
}

TEST_P(an_exchange, a_close_from_outside_ends_it_as_cancelled) {
    start([this](peer& client) -> task<void> {
        co_await client.async_read_request();
        link_->close();
        co_await client.async_read_request();
    });
    connect();
    const auto result = exchange();
    ASSERT_TRUE(result.failed);
    EXPECT_EQ(result.failed->kind, failure_kind::cancelled);
    EXPECT_FALSE(link_->is_open());
}

TEST_P(an_exchange, a_closed_connection_sends_nothing_and_can_be_opened_again) {
    start(serve_ok);
    connect();
    link_->close();
    link_->close();
    EXPECT_FALSE(link_->check_alive());
    const auto result = exchange();
    ASSERT_TRUE(result.failed);
    EXPECT_FALSE(result.failed->may_have_been_sent());
    std::optional<card::failure> failed;
    run(open_into(*link_, failed));
    EXPECT_FALSE(failed);
    expect_ok();
}

class tls_session : public an_exchange {};
INSTANTIATE_TEST_SUITE_P(over, tls_session, ::testing::Values(true), [](const auto&) { return "tls"; });

TEST_P(tls_session, TL6_every_later_connection_resumes) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        present_.least_version = version;
        present_.most_version = version;
        start(serve_ok);
        connect();
        for (int i = 0; i < 10; ++i) {
            std::optional<card::failure> failed;
            run(open_into(*link_, failed));
            EXPECT_FALSE(failed);
            expect_ok();
        }
        EXPECT_EQ(owner_->statistics().connections_opened, 11U);
        // The first connection of TLS 1.3 was closed before it had read its tickets.
        EXPECT_EQ(owner_->statistics().sessions_resumed, version == TLS1_2_VERSION ? 10U : 9U);
        link_.reset();
        owner_.reset();
    }
}

TEST_P(tls_session, TL6_a_connection_that_was_cut_leaves_its_session_to_the_next) {
    constexpr std::uint64_t cuts = 6;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        present_.least_version = version;
        present_.most_version = version;
        start([](peer& client) -> task<void> {
            co_await client.async_read_request();
            co_await client.async_write(ok_reply);
            client.cut();
        });
        connect();
        for (std::uint64_t i = 0; i < cuts; ++i) {
            expect_ok();
            run(until_found_dead());
            std::optional<card::failure> failed;
            run(open_into(*link_, failed));
            EXPECT_FALSE(failed);
        }
        EXPECT_EQ(owner_->statistics().sessions_resumed, cuts) << version;
        link_.reset();
        owner_.reset();
    }
}

TEST_P(tls_session, TL6_a_ticket_that_the_server_cannot_read_costs_a_whole_handshake) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        present_.least_version = version;
        present_.most_version = version;
        SSL_CTX* server = nullptr;
        start([&](peer& client) -> task<void> {
            server = SSL_get_SSL_CTX(client.tls->native_handle());
            return serve_ok(client);
        });
        connect();
        expect_ok();
        unsigned char other_keys[80] = {1};
        ASSERT_EQ(SSL_CTX_ctrl(server, SSL_CTRL_SET_TLSEXT_TICKET_KEYS, sizeof other_keys, other_keys), 1);
        std::optional<card::failure> failed;
        run(open_into(*link_, failed));
        ASSERT_FALSE(failed) << describe(*failed);
        expect_ok();
        EXPECT_EQ(owner_->statistics().sessions_resumed, 0U);
        link_.reset();
        owner_.reset();
    }
}

TEST_P(tls_session, TL6_no_session_is_offered_to_another_name) {
    const support::identity both(support::certificate_plan::server("DNS:api.example,DNS:other.example"),
                                 &root());
    present_.own = &both;
    start(serve_ok);
    connect();
    expect_ok();
    auto other_settings = settings_;
    other_settings.host = "other.example";
    client other(context_, other_settings);
    connection link(other);
    std::optional<card::failure> failed;
    run(open_into(link, failed));
    EXPECT_FALSE(failed);
    EXPECT_EQ(other.statistics().sessions_resumed, 0U);
    run(open_into(*link_, failed));
    EXPECT_FALSE(failed);
    EXPECT_EQ(owner_->statistics().sessions_resumed, 1U) << "under its own name it is";
}

TEST_P(tls_session, a_ticket_sent_while_idle_is_no_unasked_reply) {
    bool sent = false;
    start([&](peer& client) -> task<void> {
        co_await client.async_read_request();
        co_await client.async_write(ok_reply);
        SSL_new_session_ticket(client.tls->native_handle());
        co_await client.tls->async_handshake(asio::ssl::stream_base::server, use_tuple);
        sent = true;
        co_await serve_ok(client);
    });
    connect();
    expect_ok();
    run(until(sent));
    EXPECT_TRUE(link_->check_alive());
    expect_ok();
}

TEST_P(tls_session, a_key_update_while_idle_is_no_unasked_reply) {
    bool sent = false;
    present_.least_version = TLS1_3_VERSION;
    start([&](peer& client) -> task<void> {
        co_await client.async_read_request();
        co_await client.async_write(ok_reply);
        SSL_key_update(client.tls->native_handle(), SSL_KEY_UPDATE_REQUESTED);
        co_await client.tls->async_handshake(asio::ssl::stream_base::server, use_tuple);
        sent = true;
        co_await serve_ok(client);
    });
    connect();
    expect_ok();
    run(until(sent));
    EXPECT_TRUE(link_->check_alive());
    expect_ok();
}

TEST_P(tls_session, TL2_renegotiation_is_refused) {
    bool asked = false;
    present_.most_version = TLS1_2_VERSION;
    start([&](peer& client) -> task<void> {
        co_await client.async_read_request();
        co_await client.async_write(ok_reply);
        SSL_renegotiate(client.tls->native_handle());
        co_await client.tls->async_handshake(asio::ssl::stream_base::server, use_tuple);
        asked = true;
        co_await serve_ok(client);
    });
    connect();
    expect_ok();
    run(until(asked));
    link_->check_alive();
    settle();
    EXPECT_EQ(server_->handshakes, 1);
}

}  // namespace
}  // namespace cardresolver::net::testing
