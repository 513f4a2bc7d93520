// Bad servers: each is refused before a byte of the request leaves, and for the right reason.
#include "net/net_fixture.hpp"
#include "net/tls_cases.hpp"

namespace cardresolver::net::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ValuesIn;

class a_server : public net_fixture, public ::testing::WithParamInterface<tls_case> {
protected:
    std::optional<card::failure> meet(const tls_case& test) {
        presentation shown(root());
        test.prepare(shown);
        server_.emplace(
            context_, [this, &test](peer& client) -> task<void> { return async_serve(test, client); },
            test.raw.empty() ? &shown.tls : nullptr);
        auto settings = settings_for(*server_, true);
        settings.host = test.host;
        if (!shown.ca_pem.empty()) settings.ca_pem = shown.ca_pem;
        auto failed = open(settings);
        settle();
        return failed;
    }

    task<void> async_serve(const tls_case& test, peer& client) {
        if (!test.raw.empty()) {
            co_await client.async_read_some();
            co_await client.async_write(test.raw);
        }
        received_ = co_await client.async_read_request();
    }

    std::optional<test_server> server_;
    std::string received_;
};

class bad_server : public a_server {};

TEST_P(bad_server, TL1_TL2_TL3_is_refused_before_the_request) {
    const auto& test = GetParam();
    const auto failed = meet(test);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->stage, failure_stage::handshake) << failed->detail;
    EXPECT_EQ(to_string(failed->kind), to_string(test.kind)) << failed->detail;
    EXPECT_NE(failed->detail, "");
    EXPECT_THAT(failed->detail, HasSubstr(test.detail));
    EXPECT_EQ(server_->accepted, 1);
    EXPECT_EQ(server_->handshakes, 0);
    EXPECT_THAT(received_, ::testing::Not(HasSubstr("GET")));
}

class good_server : public a_server {};

TEST_P(good_server, TL1_is_accepted) {
    const auto failed = meet(GetParam());
    EXPECT_FALSE(failed) << describe(*failed);
    EXPECT_EQ(server_->handshakes, 1);
}

std::string name_of(const ::testing::TestParamInfo<tls_case>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(certificates, bad_server, ValuesIn(bad_certificates()), name_of);
INSTANTIATE_TEST_SUITE_P(protocols, bad_server, ValuesIn(bad_protocols()), name_of);
INSTANTIATE_TEST_SUITE_P(peers, bad_server, ValuesIn(bad_peers()), name_of);
INSTANTIATE_TEST_SUITE_P(servers, good_server, ValuesIn(good_servers()), name_of);

/// Peers that do not even get as far as a certificate.
class bad_peer : public net_fixture {
protected:
    std::optional<card::failure> meet(test_server::script each, std::chrono::milliseconds patience = 10s) {
        test_server server(context_, std::move(each));
        auto settings = settings_for(server, true);
        settings.connect_timeout = patience;
        auto failed = open(settings);
        EXPECT_TRUE(failed);
        if (!failed) failed.emplace(failure_stage::decode, failure_kind::local, "no failure");
        EXPECT_EQ(failed->stage, failure_stage::handshake);
        return failed;
    }
};

TEST_F(bad_peer, TL3_stall) {
    const auto failed = meet(
        [](peer& client) -> task<void> {
            // Reads on for ever, and never says a word.
            for (;;) {
                const auto request = co_await client.async_read_request();
                if (request.empty()) co_return;
            }
        },
        50ms);
    EXPECT_EQ(failed->kind, failure_kind::timeout);
}

TEST_F(bad_peer, TL3_close_and_reset) {
    EXPECT_EQ(meet([](peer& client) -> task<void> {
                  client.cut();
                  co_return;
              })->kind,
              failure_kind::closed);
    EXPECT_EQ(meet([](peer& client) -> task<void> {
                  client.reset();
                  co_return;
              })->kind,
              failure_kind::closed);
}

}  // namespace
}  // namespace cardresolver::net::testing
