#include "net/tls_cases.hpp"

namespace cardresolver::net::testing {

certificate_plan leaf(const std::string& names) {
    return certificate_plan::server(names);
}

namespace {

certificate_plan authority() {
    return certificate_plan::authority("test intermediate");
}

template <class Change>
certificate_plan changed(certificate_plan plan, Change change) {
    change(plan);
    return plan;
}

constexpr const char* api = "api.example";

const tls_case certificates[] = {
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
    {"wildcard_inside", "api.test.example", "not api.test.example",
     [](presentation& p) { p.show(leaf("DNS:api.*.example")); }},
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
    {"root_expired", api, "certificate has expired, in the certificate of an authority",
     [](presentation& p) { p.show_below_own_root([](auto& c) { c.ends_in = -60; }); }},
    {"root_not_yet_valid", api, "certificate is not yet valid, in the certificate of an authority",
     [](presentation& p) { p.show_below_own_root([](auto& c) { c.begins_in = 3600; }); }},
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

const tls_case protocols[] = {
    {"tls_1_0_only", api, "",
     [](presentation& p) {
         p.show(leaf());
         p.tls.most_version = TLS1_VERSION;
     },
     card::failure_kind::tls},
    {"tls_1_1_only", api, "",
     [](presentation& p) {
         p.show(leaf());
         p.tls.most_version = TLS1_1_VERSION;
     },
     card::failure_kind::tls},
    {"null_cipher", api, "",
     [](presentation& p) {
         p.show(leaf());
         p.tls.most_version = TLS1_2_VERSION;
         p.tls.ciphers = "eNULL:@SECLEVEL=0";
     },
     card::failure_kind::tls},
    {"anonymous_cipher", api, "",
     [](presentation& p) {
         p.tls.most_version = TLS1_2_VERSION;
         p.tls.ciphers = "aNULL:@SECLEVEL=0";
     },
     card::failure_kind::tls},
    {"dh_of_1536_bits", api, "dh key too small",
     [](presentation& p) {
         p.show(changed(leaf(), [](auto& c) { c.rsa_bits = 2048; }));
         p.tls.most_version = TLS1_2_VERSION;
         p.tls.ciphers = "DHE:@SECLEVEL=0";
         p.tls.dh_group = "modp_1536";
     },
     card::failure_kind::tls},
};

void nothing(presentation&) {}

std::string bytes(std::initializer_list<unsigned char> values) {
    return {values.begin(), values.end()};
}

/// A ServerHello of TLS 1.2 (RFC 5246 section 7.4.1.3), written by hand: OpenSSL 3 no longer has what it
/// chooses.
std::string hello(unsigned char cipher, unsigned char compression = 0, std::string_view end_of_random = "") {
    std::string random(32 - end_of_random.size(), 'r');
    random += end_of_random;
    return bytes({0x16, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}) + random + bytes({0, 0, cipher, compression});
}

constexpr unsigned char null_sha = 0x02;
constexpr unsigned char rc4_sha = 0x05;
constexpr unsigned char triple_des_sha = 0x0a;
constexpr unsigned char aes_sha = 0x2f;

const tls_case peers[] = {
    {"plain_http", api, "does not speak TLS", nothing, card::failure_kind::tls,
     "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"},
    {"garbage", api, "", nothing, card::failure_kind::tls, std::string(500, '\xa5')},
    {"fatal_alert", api, "handshake failure", nothing, card::failure_kind::tls,
     bytes({0x15, 3, 3, 0, 2, 2, 0x28})},
    {"ssl_3", api, "", nothing, card::failure_kind::tls, bytes({0x16, 3, 0, 0, 4, 2, 0, 0, 0})},
    {"rc4_cipher", api, "", nothing, card::failure_kind::tls, hello(rc4_sha)},
    {"triple_des_cipher", api, "", nothing, card::failure_kind::tls, hello(triple_des_sha)},
    {"null_cipher_chosen_unasked", api, "", nothing, card::failure_kind::tls, hello(null_sha)},
    {"compression", api, "", nothing, card::failure_kind::tls, hello(aes_sha, 1)},
    {"downgrade", api, "", nothing, card::failure_kind::tls, hello(aes_sha, 0, "DOWNGRD\x01")},
};

const tls_case good[] = {
    {"exact_name", api, "", [](presentation& p) { p.show(leaf()); }},
    {"name_in_other_case", "API.Example", "", [](presentation& p) { p.show(leaf()); }},
    {"absolute_name", "api.example.", "",
     [](presentation& p) { p.show(leaf("DNS:other.example,DNS:api.example")); }},
    {"wildcard_for_one_whole_label", "a.test.example", "",
     [](presentation& p) { p.show(leaf("DNS:*.test.example")); }},
    {"address", "127.0.0.1", "", [](presentation& p) { p.show(leaf("DNS:api.example,IP:127.0.0.1")); }},
    {"below_an_intermediate", api, "", [](presentation& p) { p.show_below(authority()); }},
    {"within_name_constraints", "www.good.example", "",
     [](presentation& p) {
         p.show_below(changed(authority(),
                              [](auto& c) { c.name_constraints = "critical,permitted;DNS:good.example"; }),
                      leaf("DNS:www.good.example"));
     }},
    {"rsa_2048_and_tls_1_2", api, "",
     [](presentation& p) {
         p.show(changed(leaf(), [](auto& c) { c.rsa_bits = 2048; }));
         p.tls.most_version = TLS1_2_VERSION;
     }},
};

}  // namespace

std::span<const tls_case> bad_certificates() {
    return certificates;
}
std::span<const tls_case> bad_protocols() {
    return protocols;
}
std::span<const tls_case> bad_peers() {
    return peers;
}
std::span<const tls_case> good_servers() {
    return good;
}

}  // namespace cardresolver::net::testing
