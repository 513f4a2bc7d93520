#include "net/tls_setup.hpp"

#include "card/text.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace cardresolver::net {
namespace {

template <auto Free>
struct release {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using bio_pointer = std::unique_ptr<BIO, release<BIO_free_all>>;
using certificate_pointer = std::unique_ptr<X509, release<X509_free>>;
using names_pointer = std::unique_ptr<GENERAL_NAMES, release<GENERAL_NAMES_free>>;

constexpr std::size_t most_names_text = 200;

// Not the application data of the connection: Asio deletes what it finds there.
int report_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

std::string name_text(const GENERAL_NAME& name) {
    int type = 0;
    const auto* const value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(&name, &type));
    const auto* const bytes = ASN1_STRING_get0_data(value);
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(value));
    if (type == GEN_DNS) return {reinterpret_cast<const char*>(bytes), size};
    if (size == 4) {
        asio::ip::address_v4::bytes_type address{};
        std::memcpy(address.data(), bytes, size);
        return asio::ip::address_v4(address).to_string();
    }
    if (size == 16) {
        asio::ip::address_v6::bytes_type address{};
        std::memcpy(address.data(), bytes, size);
        return asio::ip::address_v6(address).to_string();
    }
    return {};
}

/// The subject alternative names, "a.example, b.example"; the certificate is the peer's, so made printable.
std::string names_of(const X509* certificate) {
    std::string out;
    const names_pointer names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < count && out.size() < most_names_text; ++i) {
        const auto* const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
        if (!out.empty()) out += ", ";
        card::append_printable(out, name_text(*name), most_names_text);
    }
    return out;
}

/// "C = CN, CN = carrier.example"
std::string text_of(const X509_NAME* name) {
    const bio_pointer out(BIO_new(BIO_s_mem()));
    // UTF-8 as it is: what is not printable is taken out below.
    X509_NAME_print_ex(out.get(), name, 0,
                       XN_FLAG_ONELINE & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
    char* bytes = nullptr;
    const auto size = BIO_ctrl(out.get(), BIO_CTRL_INFO, 0, static_cast<void*>(&bytes));
    std::string text;
    if (size > 0) card::append_printable(text, {bytes, static_cast<std::size_t>(size)}, most_names_text);
    return text;
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

certificate_facts facts_of(const X509* certificate) {
    return {text_of(X509_get_subject_name(certificate)), text_of(X509_get_issuer_name(certificate)),
            time_of(X509_get0_notBefore(certificate)), time_of(X509_get0_notAfter(certificate))};
}

/// Called by OpenSSL for each certificate of the chain and for each fault found.
int on_certificate(int accepted, X509_STORE_CTX* verification) {
    auto* const certificate = X509_STORE_CTX_get_current_cert(verification);
    const int depth = X509_STORE_CTX_get_error_depth(verification);
    if (accepted == 1 && depth > 0 && certificate != nullptr) {
        // Without basicConstraints, a certificate may sign others only as an old root. OpenSSL takes the key
        // usage for enough (4), and a Netscape extension (5); RFC 5280 section 4.2.1.9 does not.
        if (const int kind = X509_check_ca(certificate); kind == 4 || kind == 5) {
            X509_STORE_CTX_set_error(verification, X509_V_ERR_INVALID_CA);
            accepted = 0;
        }
    }
    if (accepted == 1) return 1;
    const auto* const connection =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* const report = static_cast<certificate_report*>(SSL_get_ex_data(connection, report_index()));
    if (report != nullptr) {
        report->depth = depth;
        if (const auto* const own = X509_STORE_CTX_get0_cert(verification)) {
            report->names = names_of(own);
            report->own = facts_of(own);
        }
    }
    return 0;
}

/// Adds every certificate of `pem`; `origin` names it in what is thrown.
void trust_only(SSL_CTX* context, const std::string& pem, const std::string& origin) {
    const bio_pointer input(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    auto* const store = SSL_CTX_get_cert_store(context);
    int count = 0;
    ERR_clear_error();
    while (const certificate_pointer certificate{PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr)}) {
        if (X509_STORE_add_cert(store, certificate.get()) != 1) break;
        ++count;
    }
    const auto reason = ERR_GET_REASON(ERR_peek_last_error());
    ERR_clear_error();
    if (count == 0 && reason == PEM_R_NO_START_LINE) {
        throw std::runtime_error(origin + " holds no certificate in PEM form");
    }
    if (reason != PEM_R_NO_START_LINE) {
        throw std::runtime_error(origin + ": certificate " + std::to_string(count + 1) + " cannot be read");
    }
}

std::string read_file(const std::string& path) {
    errno = 0;
    std::ifstream input(path, std::ios::binary);
    std::ostringstream text;
    if (input) text << input.rdbuf();
    if (!input || text.fail()) {
        const auto why = errno == 0 ? "it is empty" : std::generic_category().message(errno);
        throw std::runtime_error("cannot read the CA file " + path + ": " + why);
    }
    return std::move(text).str();
}

/// Of the suites of TLS 1.3 that this machine allows (RFC 8446 section B.4), AES with 128 bits first: a reply
/// is deciphered in three quarters of the time, and no attack on either is known.
bool prefer_aes_128(SSL_CTX* context) {
    std::string preferred;
    std::string others;
    const auto* const allowed = SSL_CTX_get_ciphers(context);
    for (int i = 0; i < sk_SSL_CIPHER_num(allowed); ++i) {
        const auto* const suite = sk_SSL_CIPHER_value(allowed, i);
        if (std::string_view(SSL_CIPHER_get_version(suite)) != "TLSv1.3") continue;
        const std::string name = SSL_CIPHER_get_name(suite);
        (name == "TLS_AES_128_GCM_SHA256" ? preferred : others) += name + ":";
    }
    return SSL_CTX_set_ciphersuites(context, (preferred + others).c_str()) == 1;
}

}  // namespace

asio::ssl::context make_tls_context(const std::string& ca_file, const std::string& ca_pem) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    auto* const native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_security_level(native, 2);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    const bool offers_ciphers =
        SSL_CTX_set_cipher_list(native, "HIGH:!aNULL:!eNULL:!3DES:!RC4:!MD5:!PSK:!SRP") == 1 &&
        prefer_aes_128(native);
    if (!offers_ciphers) {
        throw std::runtime_error("OpenSSL offers none of the ciphers that are needed");
    }
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, &on_certificate);
    if (!ca_pem.empty()) {
        trust_only(native, ca_pem, "the given CA text");
    } else if (!ca_file.empty()) {
        trust_only(native, read_file(ca_file), "the CA file " + ca_file);
    } else {
        context.set_default_verify_paths();
    }
    return context;
}

bool prepare_connection(SSL* connection, const std::string& host, certificate_report& report) {
    report = certificate_report{};
    SSL_set_ex_data(connection, report_index(), &report);
    auto* const parameters = SSL_get0_param(connection);
    X509_VERIFY_PARAM_set_hostflags(
        parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    boost::system::error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        if (address.is_v4()) {
            const auto bytes = address.to_v4().to_bytes();
            return X509_VERIFY_PARAM_set1_ip(parameters, bytes.data(), bytes.size()) == 1;
        }
        const auto bytes = address.to_v6().to_bytes();
        return X509_VERIFY_PARAM_set1_ip(parameters, bytes.data(), bytes.size()) == 1;
    }
    // The dot that ends an absolute name is no part of it here (RFC 6066 section 3).
    auto name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
    // SSL_set_tlsext_host_name, without the cast that its macro makes.
    return X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()) == 1 &&
           SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

std::string describe_refusal(SSL* connection, const std::string& host, const certificate_report& report) {
    const auto result = SSL_get_verify_result(connection);
    switch (result) {
        case X509_V_OK:
            return {};
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return report.names.empty() ? "certificate names no host, so not " + host
                                        : "certificate is for " + report.names + ", not " + host;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "self-signed certificate";
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return std::string("certificate is signed by none of the trusted authorities (") +
                   X509_verify_cert_error_string(result) + ")";
        default:
            break;
    }
    std::string text = X509_verify_cert_error_string(result);
    if (report.depth > 0) text += ", in the certificate of an authority";
    return text;
}

std::optional<certificate_facts> describe_certificate(SSL* connection) {
    const auto* const certificate = SSL_get0_peer_certificate(connection);
    if (certificate == nullptr) return std::nullopt;
    return facts_of(certificate);
}

}  // namespace cardresolver::net
