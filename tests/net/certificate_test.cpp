// Bad servers: each is refused before a byte of the request leaves, and for the right reason.
#include "net/net_fixture.hpp"

#include <deque>

namespace cardresolver::net::testing {
namespace {

using support::certificate_plan;
using support::identity;
using ::testing::HasSubstr;

/// Builds what a server presents; what it makes stays alive here.
class presentation {
public:
    explicit presentation(const identity& trusted) : root_(trusted) {}

    const identity& root() const { return root_; }
    const identity& make(const certificate_plan& plan, const identity* issuer) {
        return made_.emplace_back(plan, issuer);
    }
    /// The server's own certificate, signed by `issuer`.
    void show(const certificate_plan& plan, const identity& issuer) { tls.own = &make(plan, &issuer); }
    void show(const certificate_plan& plan) { show(plan, root_); }
    /// A server's certificate below an intermediate authority that is sent along.
    void show_below(const certificate_plan& authority,
                    const certificate_plan& leaf = certificate_plan::server("DNS:api.example")) {
        const auto& link = make(authority, &root_);
        tls.chain.push_back(&link);
        show(leaf, link);
    }

    server_tls tls;

private:
    const identity& root_;
    std::deque<identity> made_;
};

struct bad_case {
    const char* name;
    const char* host;
    const char* detail;
    void (*prepare)(presentation&);
    failure_kind kind = failure_kind::certificate;
};

void PrintTo(const bad_case& shown, std::ostream* out) {
    *out << shown.name;
}  // NOLINT: GoogleTest's name

certificate_plan leaf(const std::string& names = "DNS:api.example") {
    return certificate_plan::server(names);
}
certificate_plan authority() {
    return certificate_plan::authority("test intermediate");
}

template <class Change>
certificate_plan changed(certificate_plan plan, Change change) {
    change(plan);
    return plan;
}

constexpr const char* api = "api.example";

const bad_case bad_certificates[] = {
    {"expired", api, "certificate has expired",
     [](presentation& p) { p.show(changed(leaf(), [](auto& c) { c.ends_in = -60; })); }},
    {"not_yet_valid", api, "certificate is not yet valid",
     [](presentation& p) { p.show(changed(leaf(), [](auto& c) { c.begins_in = 3600; })); }},
    {"self_signed", api, "self-signed certificate",
     [](presentation& p) { p.tls.own = &p.make(leaf(), nullptr); }},
    {"unknown_authority", api, "signed by none of the trusted authorities",
     [](presentation& p) { p.show(leaf(), p.make(certificate_plan::authority("other root"), nullptr)); }},
    {"unknown_authority_sent_along", api, "signed by none of the trusted authorities",
     [](presentation& p) {
         p.tls.chain.push_back(&p.make(certificate_plan::authority("other root"), nullptr));
         p.show(leaf(), *p.tls.chain.back());
     }},
    {"authority_of_the_same_name", api, "certificate signature failure",
     [](presentation& p) { p.show(leaf(), p.make(certificate_plan::authority("test root"), nullptr)); }},
    {"missing_intermediate", api, "signed by none of the trusted authorities",
     [](presentation& p) { p.show(leaf(), p.make(authority(), &p.root())); }},
    {"wrong_host", api, "certificate is for other.example, www.other.example, not api.example",
     [](presentation& p) { p.show(leaf("DNS:other.example,DNS:www.other.example")); }},
    {"host_as_prefix", api, "not api.example",
     [](presentation& p) { p.show(leaf("DNS:api.example.evil.example")); }},
    {"host_as_suffix", api, "not api.example", [](presentation& p) { p.show(leaf("DNS:evilapi.example")); }},
    {"common_name_only", api, "certificate names no host, so not api.example",
     [](presentation& p) { p.show(changed(leaf(""), [](auto& c) { c.common_name = "api.example"; })); }},
    {"common_name_beside_an_email", api, "certificate names no host, so not api.example",
     [](presentation& p) {
         p.show(changed(leaf("email:a@b.example"), [](auto& c) { c.common_name = "api.example"; }));
     }},
    {"partial_wildcard", "foo.example", "certificate is for f*.example, not foo.example",
     [](presentation& p) { p.show(leaf("DNS:f*.example")); }},
    {"multi_label_wildcard", "a.b.test.example", "not a.b.test.example",
     [](presentation& p) { p.show(leaf("DNS:*.test.example")); }},
    {"wildcard_without_label", "test.example", "not test.example",
     [](presentation& p) { p.show(leaf("DNS:*.test.example")); }},
    {"wildcard_for_everything", api, "not api.example", [](presentation& p) { p.show(leaf("DNS:*")); }},
    {"wildcard_for_a_top_level_domain", api, "not api.example",
     [](presentation& p) { p.show(leaf("DNS:*.example")); }},
    {"address_as_dns_name", "127.0.0.1", "certificate is for 127.0.0.1, not 127.0.0.1",
     [](presentation& p) { p.show(leaf("DNS:127.0.0.1")); }},
    {"dns_name_for_an_address", "127.0.0.1", "certificate is for api.example, not 127.0.0.1",
     [](presentation& p) { p.show(leaf()); }},
    {"other_address", "127.0.0.1", "certificate is for 127.0.0.2, ::1, not 127.0.0.1",
     [](presentation& p) { p.show(leaf("IP:127.0.0.2,IP:::1")); }},
    {"nul_in_name", api, "not api.example",
     [](presentation& p) {
         p.show(changed(leaf(),
                        [](auto& c) { c.raw_dns_name = std::string("api.example\0.evil.example", 25); }));
     }},
    {"for_clients_only", api, "certificate purpose",
     [](presentation& p) { p.show(changed(leaf(), [](auto& c) { c.extended_key_usage = "clientAuth"; })); }},
    {"for_mail_only", api, "certificate purpose",
     [](presentation& p) {
         p.show(changed(leaf(), [](auto& c) { c.extended_key_usage = "emailProtection"; }));
     }},
    {"key_for_revocation_lists_only", api, "certificate purpose",
     [](presentation& p) { p.show(changed(leaf(), [](auto& c) { c.key_usage = "critical,cRLSign"; })); }},
    {"signed_with_sha1", api, "digest algorithm too weak",
     [](presentation& p) { p.show(changed(leaf(), [](auto& c) { c.digest = "SHA1"; })); }},
    {"rsa_1024", api, "key too weak",
     [](presentation& p) { p.show(changed(leaf(), [](auto& c) { c.rsa_bits = 1024; })); }},
    {"name_constraints_violated", api, "permitted subtree violation",
     [](presentation& p) {
         p.show_below(changed(authority(),
                              [](auto& c) { c.name_constraints = "critical,permitted;DNS:good.example"; }));
     }},
    {"name_excluded", api, "excluded subtree violation",
     [](presentation& p) {
         p.show_below(
             changed(authority(), [](auto& c) { c.name_constraints = "critical,excluded;DNS:example"; }));
     }},
    {"leaf_used_as_authority", api, "invalid CA certificate",
     [](presentation& p) {
         p.show_below(changed(leaf("DNS:other.example"), [](auto& c) { c.common_name = "no authority"; }));
     }},
    {"authority_without_basic_constraints", api, "invalid CA certificate",
     [](presentation& p) {
         p.show_below(changed(authority(), [](auto& c) { c.basic_constraints.clear(); }));
     }},
    {"authority_without_any_extension", api, "invalid CA certificate",
     [](presentation& p) {
         p.show_below(changed(authority(), [](auto& c) {
             c.basic_constraints.clear();
             c.key_usage.clear();
         }));
     }},
    {"authority_that_may_not_sign", api, "invalid CA certificate",
     [](presentation& p) {
         p.show_below(changed(authority(), [](auto& c) { c.key_usage = "critical,cRLSign"; }));
     }},
    {"authority_for_clients_only", api, "purpose",
     [](presentation& p) {
         p.show_below(changed(authority(), [](auto& c) { c.extended_key_usage = "clientAuth"; }));
     }},
    {"authority_expired", api, "certificate has expired, in the certificate of an authority",
     [](presentation& p) { p.show_below(changed(authority(), [](auto& c) { c.ends_in = -60; })); }},
    {"authority_signed_with_sha1", api, "digest algorithm too weak",
     [](presentation& p) { p.show_below(changed(authority(), [](auto& c) { c.digest = "SHA1"; })); }},
    {"authority_rsa_1024", api, "key too weak",
     [](presentation& p) { p.show_below(changed(authority(), [](auto& c) { c.rsa_bits = 1024; })); }},
    {"path_too_long", api, "path length constraint exceeded",
     [](presentation& p) {
         const auto& first =
             p.make(changed(authority(), [](auto& c) { c.basic_constraints = "critical,CA:TRUE,pathlen:0"; }),
                    &p.root());
         const auto& second = p.make(certificate_plan::authority("second intermediate"), &first);
         p.tls.chain = {&second, &first};
         p.show(leaf(), second);
     }},
};

const bad_case bad_protocols[] = {
    {"tls_1_0_only", api, "",
     [](presentation& p) {
         p.show(leaf());
         p.tls.most_version = TLS1_VERSION;
     },
     failure_kind::tls},
    {"tls_1_1_only", api, "",
     [](presentation& p) {
         p.show(leaf());
         p.tls.most_version = TLS1_1_VERSION;
     },
     failure_kind::tls},
    {"null_cipher", api, "",
     [](presentation& p) {
         p.show(leaf());
         p.tls.most_version = TLS1_2_VERSION;
         p.tls.ciphers = "eNULL:@SECLEVEL=0";
     },
     failure_kind::tls},
    {"anonymous_cipher", api, "",
     [](presentation& p) {
         p.tls.most_version = TLS1_2_VERSION;
         p.tls.ciphers = "aNULL:@SECLEVEL=0";
     },
     failure_kind::tls},
};

class bad_server : public net_fixture, public ::testing::WithParamInterface<bad_case> {};

TEST_P(bad_server, TL1_TL2_is_refused_before_the_request) {
    const auto& test = GetParam();
    presentation shown(root());
    test.prepare(shown);
    std::string received;
    test_server server(
        context_, [&](peer& client) -> task<void> { received = co_await client.async_read_request(); },
        &shown.tls);
    auto settings = settings_for(server, true);
    settings.host = test.host;
    const auto failed = open(settings);
    settle();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->stage, failure_stage::handshake) << failed->detail;
    EXPECT_EQ(to_string(failed->kind), to_string(test.kind)) << failed->detail;
    EXPECT_THAT(failed->detail, HasSubstr(test.detail));
    EXPECT_EQ(server.accepted, 1);
    EXPECT_EQ(server.handshakes, 0);
    EXPECT_EQ(received, "");
}

std::string name_of(const ::testing::TestParamInfo<bad_case>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(certificates, bad_server, ::testing::ValuesIn(bad_certificates), name_of);
INSTANTIATE_TEST_SUITE_P(protocols, bad_server, ::testing::ValuesIn(bad_protocols), name_of);

class good_server : public net_fixture {
protected:
    void expect_accepted(const std::string& host, void (*prepare)(presentation&)) {
        presentation shown(root());
        prepare(shown);
        test_server server(context_, serve_ok, &shown.tls);
        auto settings = settings_for(server, true);
        settings.host = host;
        const auto failed = open(settings);
        EXPECT_FALSE(failed) << host << ": " << describe(*failed);
    }
};

TEST_F(good_server, exact_name) {
    expect_accepted("api.example", [](presentation& p) { p.show(leaf()); });
    expect_accepted("API.Example", [](presentation& p) { p.show(leaf()); });
    expect_accepted("api.example.",
                    [](presentation& p) { p.show(leaf("DNS:other.example,DNS:api.example")); });
}

TEST_F(good_server, wildcard_for_one_whole_label) {
    expect_accepted("a.test.example", [](presentation& p) { p.show(leaf("DNS:*.test.example")); });
}

TEST_F(good_server, address) {
    expect_accepted("127.0.0.1", [](presentation& p) { p.show(leaf("DNS:api.example,IP:127.0.0.1")); });
}

TEST_F(good_server, below_an_intermediate) {
    expect_accepted("api.example", [](presentation& p) { p.show_below(authority()); });
    expect_accepted("www.good.example", [](presentation& p) {
        p.show_below(
            changed(authority(), [](auto& c) { c.name_constraints = "critical,permitted;DNS:good.example"; }),
            leaf("DNS:www.good.example"));
    });
}

TEST_F(good_server, rsa_2048_and_tls_1_2) {
    expect_accepted("api.example", [](presentation& p) {
        p.show(changed(leaf(), [](auto& c) { c.rsa_bits = 2048; }));
        p.tls.most_version = TLS1_2_VERSION;
    });
}

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

TEST_F(bad_peer, TL3_plain_http_on_the_port) {
    const auto failed = meet([](peer& client) -> task<void> {
        co_await client.async_write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    EXPECT_EQ(failed->kind, failure_kind::tls);
    EXPECT_THAT(failed->detail, HasSubstr("does not speak TLS"));
}

TEST_F(bad_peer, TL3_garbage) {
    const auto failed = meet([](peer& client) -> task<void> {
        const std::string garbage(500, '\xa5');
        co_await client.async_write(garbage);
    });
    EXPECT_EQ(failed->kind, failure_kind::tls);
}

TEST_F(bad_peer, TL3_fatal_alert) {
    const auto failed = meet([](peer& client) -> task<void> {
        const std::string_view alert("\x15\x03\x03\x00\x02\x02\x28", 7);
        co_await client.async_write(alert);
    });
    EXPECT_EQ(failed->kind, failure_kind::tls);
    EXPECT_THAT(failed->detail, HasSubstr("handshake failure"));
}

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
