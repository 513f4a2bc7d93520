// What a connection tells of its peer, for people.
#include "net/net_fixture.hpp"

namespace cardresolver::net::testing {
namespace {

using support::certificate_plan;
using support::identity;
using ::testing::HasSubstr;

class peer_test : public net_fixture {
protected:
    /// The facts after `async_open` on a server with that certificate; `failed` says how that went.
    peer_facts facts_of(const identity& shown, const std::string& host = "api.example") {
        const server_tls tls(shown);
        test_server server(context_, serve_ok, &tls);
        auto settings = settings_for(server, true);
        settings.host = host;
        client owner(context_, settings);
        connection link(owner);
        run(open_into(link, failed));
        EXPECT_EQ(link.peer().address, "127.0.0.1:" + std::to_string(server.port()));
        return link.peer();
    }

    std::optional<card::failure> failed;
};

TEST_F(peer_test, of_an_open_connection) {
    const auto facts = facts_of(good());
    EXPECT_FALSE(failed);
    EXPECT_THAT(facts.tls_version, HasSubstr("TLSv1."));
    ASSERT_TRUE(facts.certificate);
    EXPECT_EQ(facts.certificate->issuer, "CN = test root");
    const auto now = std::chrono::system_clock::now();
    EXPECT_LE(facts.certificate->not_before, now);
    EXPECT_GT(facts.certificate->not_after, now);
}

TEST_F(peer_test, of_a_refused_certificate) {
    auto plan = certificate_plan::server("DNS:api.example");
    plan.ends_in = -60;
    const identity expired(plan, &root());
    const auto facts = facts_of(expired);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->kind, failure_kind::certificate);
    EXPECT_EQ(facts.tls_version, "");
    ASSERT_TRUE(facts.certificate);
    EXPECT_EQ(facts.certificate->issuer, "CN = test root");
    EXPECT_LT(facts.certificate->not_after, std::chrono::system_clock::now());
}

TEST_F(peer_test, of_a_certificate_for_another_host) {
    const auto facts = facts_of(good(), "other.example");
    ASSERT_TRUE(failed);
    ASSERT_TRUE(facts.certificate);
    EXPECT_EQ(facts.certificate->issuer, "CN = test root");
}

TEST_F(peer_test, a_hostile_name_is_made_printable) {
    auto plan = certificate_plan::server("DNS:api.example");
    plan.common_name = "evil\x1b[2J\ncarrier";
    const identity hostile(plan, &root());
    const auto facts = facts_of(hostile);
    ASSERT_TRUE(facts.certificate);
    EXPECT_THAT(facts.certificate->subject, HasSubstr("carrier"));
    EXPECT_EQ(facts.certificate->subject.find_first_of("\x1b\n"), std::string::npos);
}

TEST_F(peer_test, without_tls_has_an_address_alone) {
    test_server server(context_, serve_ok);
    client owner(context_, settings_for(server, false));
    connection link(owner);
    EXPECT_EQ(link.peer().address, "");
    run(open_into(link, failed));
    EXPECT_FALSE(failed);
    EXPECT_EQ(link.peer().address, "127.0.0.1:" + std::to_string(server.port()));
    EXPECT_EQ(link.peer().tls_version, "");
    EXPECT_FALSE(link.peer().certificate);
}

TEST_F(peer_test, nobody_is_nobody) {
    test_server server(context_, serve_ok);
    const auto settings = settings_for(server, false);
    server.stop();
    client owner(context_, settings);
    connection link(owner);
    run(open_into(link, failed));
    ASSERT_TRUE(failed);
    EXPECT_EQ(link.peer().address, "");
}

}  // namespace
}  // namespace cardresolver::net::testing
