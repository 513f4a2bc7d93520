#include "simulator/signed_request.hpp"
#include "simulator/simulator.hpp"
#include "simulator/wire_client.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace cardresolver::simulator {
namespace {

using test::request_recipe;
using test::wire_client;
using test::wire_end;

settings any_port(bool plaintext = false) {
    settings result;
    result.listen = "127.0.0.1:0";
    result.plaintext = plaintext;
    return result;
}

const std::string stats_request = "GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Each test runs with TLS and without.
class server_test : public testing::TestWithParam<bool> {
protected:
    server server_{any_port(GetParam())};
    wire_client client_{server_.url(), server_.ca_pem()};
};

INSTANTIATE_TEST_SUITE_P(transport, server_test, testing::Values(false, true),
                         [](const auto& test) { return test.param ? "plaintext" : "tls"; });

TEST_P(server_test, answers_many_requests_on_one_connection) {
    request_recipe recipe;
    recipe.cards = test::some_iccids(100);
    for (unsigned i = 0; i < 20; ++i) {
        recipe.sequence = test::sequence_text(i);
        const auto reply = client_.exchange(test::get_of(recipe));
        ASSERT_TRUE(reply.complete);
        EXPECT_NE(reply.body.find(recipe.cards[99]), std::string::npos);
    }
    const auto stats = client_.exchange(stats_request);
    EXPECT_TRUE(stats.body.starts_with(
        R"({"requests":20,"cards":2000,"violations":0,"repeated_transids":0,"bad_tokens":0,"max_in_1s":)"))
        << stats.body;
}

TEST_P(server_test, answers_requests_that_come_in_one_piece) {
    request_recipe recipe;
    std::string together;
    for (unsigned i = 0; i < 50; ++i) {
        recipe.sequence = test::sequence_text(i);
        recipe.cards = {test::some_iccids(i + 1).back()};
        together += test::get_of(recipe);
    }
    client_.send(together);
    for (unsigned i = 0; i < 50; ++i) {
        const auto reply = client_.receive();
        ASSERT_TRUE(reply.complete);
        EXPECT_NE(reply.body.find(test::some_iccids(i + 1).back()), std::string::npos);
    }
}

TEST_P(server_test, answers_a_request_that_comes_byte_by_byte) {
    const auto request = test::get_of({});
    for (const char byte : request) {
        client_.send({&byte, 1});
    }
    EXPECT_TRUE(client_.receive().complete);
}

TEST_P(server_test, takes_a_form_after_telling_the_client_to_go_on) {
    const auto form = test::query_of({});
    const auto first = client_.exchange(
        "POST /v2/batchquerycardinfo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
        std::to_string(form.size()) + "\r\n\r\n");
    EXPECT_TRUE(first.head.starts_with("HTTP/1.1 100 "));
    EXPECT_NE(client_.exchange(form).body.find("1064826090209"), std::string::npos);
}

TEST_P(server_test, takes_a_body_larger_than_its_first_buffer) {
    const std::string padding(60'000, 'x');
    const auto reply =
        client_.exchange("POST /stats HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" + padding);
    EXPECT_TRUE(reply.complete);
    EXPECT_TRUE(client_.exchange(stats_request).complete);
}

TEST_P(server_test, refuses_what_is_no_request_and_closes) {
    const auto reply = client_.exchange("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    EXPECT_TRUE(reply.head.starts_with("HTTP/1.1 400 "));
    EXPECT_EQ(client_.wait_for_end(), wire_end::closed);
}

TEST_P(server_test, refuses_an_endless_head) {
    const auto reply = client_.exchange("GET /" + std::string(20'000, 'a'));
    EXPECT_TRUE(reply.head.starts_with("HTTP/1.1 400 "));
    EXPECT_EQ(client_.wait_for_end(), wire_end::closed);
}

TEST_P(server_test, closes_in_good_order_when_asked) {
    const auto reply = client_.exchange("GET /stats HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(reply.complete);
    EXPECT_EQ(client_.wait_for_end(), wire_end::closed);
}

TEST_P(server_test, counts_wrong_tokens_and_repeated_transids) {
    request_recipe recipe;
    recipe.password = "wrong";
    EXPECT_NE(client_.exchange(test::get_of(recipe)).body.find(R"({"status":"7",)"), std::string::npos);
    recipe = {};
    EXPECT_NE(client_.exchange(test::get_of(recipe)).body.find(R"({"status":"10",)"), std::string::npos);
    recipe.sequence = "00000002";
    EXPECT_NE(client_.exchange(test::get_of(recipe)).body.find(R"({"status":"0",)"), std::string::npos);
    const auto stats = client_.exchange(stats_request);
    EXPECT_TRUE(stats.body.starts_with(
        R"({"requests":3,"cards":3,"violations":1,"repeated_transids":1,"bad_tokens":1,"max_in_1s":)"))
        << stats.body;
}

TEST_P(server_test, serves_many_connections_at_once) {
    std::vector<std::thread> threads;
    std::vector<int> answered(8, 0);
    for (unsigned t = 0; t < answered.size(); ++t) {
        threads.emplace_back([this, t, &answered] {
            wire_client client(server_.url(), server_.ca_pem());
            request_recipe recipe;
            for (unsigned i = 0; i < 25; ++i) {
                recipe.sequence = test::sequence_text(t * 100 + i);
                if (client.exchange(test::get_of(recipe)).complete) ++answered[t];
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(answered, std::vector<int>(8, 25));
    EXPECT_TRUE(
        client_.exchange(stats_request).body.starts_with(R"({"requests":200,"cards":200,"violations":0,)"));
}

TEST_P(server_test, survives_clients_that_leave_at_any_moment) {
    const auto request = test::get_of({});
    for (std::size_t size = 0; size <= request.size(); size += 50) {
        wire_client client(server_.url(), server_.ca_pem());
        client.send(std::string_view(request).substr(0, size));
    }
    EXPECT_TRUE(client_.exchange(stats_request).complete);
}

TEST(server, has_a_certificate_for_each_name_of_its_own) {
    const server carrier(any_port());
    for (const std::string name : {"127.0.0.1", "::1", "localhost"}) {
        wire_client client(carrier.url(), carrier.ca_pem(), name);
        EXPECT_TRUE(client.exchange(stats_request).complete) << name;
    }
    EXPECT_THROW(wire_client(carrier.url(), carrier.ca_pem(), "example.com"), std::runtime_error);
    const server other(any_port());
    EXPECT_THROW(wire_client(carrier.url(), other.ca_pem()), std::runtime_error);
}

TEST(server, names_the_address_it_listens_on_in_its_certificate) {
    auto elsewhere = any_port();
    elsewhere.listen = "127.0.0.77:0";
    const server carrier(elsewhere);
    EXPECT_TRUE(carrier.url().starts_with("https://127.0.0.77:"));
    wire_client client(carrier.url(), carrier.ca_pem(), "127.0.0.77");
    EXPECT_TRUE(client.exchange(stats_request).complete);
}

TEST(server, writes_its_certificate_where_it_is_told) {
    const auto path = testing::TempDir() + "simulator_server_test_ca.pem";
    auto with_file = any_port();
    with_file.ca_out = path;
    const server carrier(with_file);
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    std::remove(path.c_str());
    EXPECT_EQ(text.str(), carrier.ca_pem());
    with_file.ca_out = "/nonexistent/ca.pem";
    EXPECT_THROW(server{with_file}, std::runtime_error);
}

TEST(server, needs_no_certificate_for_plaintext) {
    const server carrier(any_port(true));
    EXPECT_TRUE(carrier.ca_pem().empty());
    EXPECT_TRUE(carrier.url().starts_with("http://127.0.0.1:"));
}

TEST(server, says_why_it_cannot_listen) {
    const server first(any_port(true));
    auto same = any_port(true);
    same.listen = first.url().substr(7);
    EXPECT_THROW(server{same}, std::runtime_error);
    same.listen = "127.0.0.1";
    EXPECT_THROW(server{same}, std::runtime_error);
}

TEST(server, listens_on_loopback_where_only_a_port_is_given) {
    auto brief = any_port(true);
    brief.listen = ":0";
    EXPECT_TRUE(server(brief).url().starts_with("http://127.0.0.1:"));
}

TEST(server, ends_while_connections_are_open_and_requests_wait) {
    auto slow = any_port();
    slow.latency = std::chrono::hours(1);
    auto carrier = std::make_unique<server>(slow);
    wire_client idle(carrier->url(), carrier->ca_pem());
    wire_client waiting(carrier->url(), carrier->ca_pem());
    waiting.send(test::get_of({}));
    EXPECT_TRUE(idle.exchange(stats_request).complete);
    carrier.reset();
    EXPECT_NE(idle.wait_for_end(), wire_end::none);
    EXPECT_NE(waiting.wait_for_end(), wire_end::none);
}

TEST(server, waits_as_long_as_its_latency_says) {
    auto slow = any_port(true);
    slow.latency = std::chrono::milliseconds(20);
    slow.jitter = std::chrono::milliseconds(10);
    const server carrier(slow);
    wire_client client(carrier.url(), carrier.ca_pem());
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(client.exchange(test::get_of({})).complete);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(20));
}

}  // namespace
}  // namespace cardresolver::simulator
