// Each fault as a client sees it on the wire, with TLS and without.
#include "simulator/signed_request.hpp"
#include "simulator/simulator.hpp"
#include "simulator/wire_client.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace cardresolver::simulator {
namespace {

using test::request_recipe;
using test::wire_client;
using test::wire_end;

const std::string stats_request = "GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n";

settings with_fault(const std::string& name, bool plaintext) {
    settings result;
    result.listen = "127.0.0.1:0";
    result.plaintext = plaintext;
    result.faults = {{name, 1.0}};
    return result;
}

std::string request_of_three() {
    request_recipe recipe;
    recipe.cards = test::some_iccids(3);
    return test::get_of(recipe);
}

class wire_fault : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(transport, wire_fault, testing::Values(false, true),
                         [](const auto& test) { return test.param ? "plaintext" : "tls"; });

TEST_P(wire_fault, reset_resets_the_connection) {
    const server carrier(with_fault("reset", GetParam()));
    wire_client client(carrier.url(), carrier.ca_pem());
    EXPECT_FALSE(client.exchange(request_of_three()).complete);
    EXPECT_EQ(client.end(), wire_end::reset);
}

TEST_P(wire_fault, truncate_ends_in_the_middle_of_the_body) {
    const server carrier(with_fault("truncate", GetParam()));
    wire_client client(carrier.url(), carrier.ca_pem());
    const auto reply = client.exchange(request_of_three());
    EXPECT_FALSE(reply.complete);
    EXPECT_FALSE(reply.body.empty());
    EXPECT_EQ(client.end(), GetParam() ? wire_end::closed : wire_end::truncated);
}

TEST_P(wire_fault, stall_leaves_the_connection_open_and_silent) {
    const server carrier(with_fault("stall", GetParam()));
    wire_client stalled(carrier.url(), carrier.ca_pem());
    stalled.send(request_of_three() + stats_request);
    // The other connection's answer shows that the server has gone on; the stalled one has none.
    wire_client other(carrier.url(), carrier.ca_pem());
    while (!other.exchange(stats_request).body.starts_with(R"({"requests":1,)")) {
    }
    EXPECT_EQ(stalled.end(), wire_end::none);
    const bool is_plaintext = GetParam();
    EXPECT_FALSE(is_plaintext && stalled.has_bytes());  // with TLS, session tickets may be waiting
}

/// A fault whose reply is whole: a part of the text that shows it.
struct visible_fault {
    std::string name;
    std::string part;
};

void PrintTo(const visible_fault& fault, std::ostream* out) {
    *out << fault.name;
}

class visible_wire_fault : public testing::TestWithParam<visible_fault> {};

INSTANTIATE_TEST_SUITE_P(
    every, visible_wire_fault,
    testing::Values(
        visible_fault{"poison", R"({"status":"10","message":"请求参数不正确","result":[]})"},
        visible_fault{"foreign", R"({"status":"25","message":" ICCID号)"},
        visible_fault{"missing-item", R"("result":[{)"}, visible_fault{"extra-item", R"("result":[{)"},
        visible_fault{"repeated-item", R"("result":[{)"}, visible_fault{"shuffled", R"("result":[{)"},
        visible_fault{"busy", R"({"status":"73",)"}, visible_fault{"throttle", R"({"status":"71",)"},
        visible_fault{"http-500", "HTTP/1.1 500 "}, visible_fault{"http-429", "\r\nRetry-After: 1\r\n"},
        visible_fault{"html", "<html>"}, visible_fault{"malformed", R"("result":[{)"},
        visible_fault{"missing-comma", "\"status\":\"0\"\n            \"message\": \""},
        visible_fault{"null-result", R"("result":null})"}, visible_fault{"number-status", R"({"status":0,)"},
        visible_fault{"upper-keys", R"("RESULT":[{"STATUS":"0",)"}),
    [](const auto& test) {
        auto name = test.param.name;
        for (auto& c : name) {
            if (c == '-') c = '_';
        }
        return name;
    });

TEST_P(visible_wire_fault, comes_in_a_whole_reply_and_the_connection_goes_on) {
    const server carrier(with_fault(GetParam().name, false));
    wire_client client(carrier.url(), carrier.ca_pem());
    const auto reply = client.exchange(request_of_three());
    ASSERT_TRUE(reply.complete);
    EXPECT_NE((reply.head + reply.body).find(GetParam().part), std::string::npos) << reply.head << reply.body;
    EXPECT_TRUE(
        client.exchange(stats_request).body.starts_with(R"({"requests":1,"cards":3,"violations":0,)"));
}

}  // namespace
}  // namespace cardresolver::simulator
