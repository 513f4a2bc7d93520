#include "simulator/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace cardresolver::simulator {
namespace {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

using key_pointer = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using certificate_pointer = std::unique_ptr<X509, freed_by<X509_free>>;
using extension_pointer = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;
using number_pointer = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using bio_pointer = std::unique_ptr<BIO, freed_by<BIO_free>>;

void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL cannot make the simulator's certificate");
}

key_pointer make_key() {
    key_pointer key(EVP_EC_gen("P-256"));
    require(key != nullptr);
    return key;
}

void add_extension(X509* certificate, X509* issuer, int which, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const extension_pointer extension(X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str()));
    require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void set_random_serial(X509* certificate) {
    constexpr int bits = 127;  // positive, and within the 20 octets of RFC 5280 section 4.1.2.2
    const number_pointer number(BN_new());
    require(number != nullptr && BN_rand(number.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
            BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

/// A certificate with everything but its extensions and signature. `issuer` is nullptr for a root.
certificate_pointer start_certificate(const char* name, EVP_PKEY* key, X509* issuer) {
    constexpr long day = 86'400;
    constexpr long valid_days = 365;
    certificate_pointer certificate(X509_new());
    require(certificate != nullptr);
    auto* const raw = certificate.get();
    require(X509_set_version(raw, X509_VERSION_3) == 1);
    set_random_serial(raw);
    require(X509_gmtime_adj(X509_getm_notBefore(raw), -day) != nullptr);
    require(X509_gmtime_adj(X509_getm_notAfter(raw), valid_days * day) != nullptr);
    auto* const subject = X509_get_subject_name(raw);
    // The type of the text is OpenSSL's; the name is ASCII.
    require(X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC,
                                       reinterpret_cast<const unsigned char*>(name), -1, -1, 0) == 1);
    require(X509_set_issuer_name(raw, X509_get_subject_name(issuer == nullptr ? raw : issuer)) == 1);
    require(X509_set_pubkey(raw, key) == 1);
    return certificate;
}

template <class Write>
std::string to_pem(Write write) {
    const bio_pointer memory(BIO_new(BIO_s_mem()));
    require(memory != nullptr && write(memory.get()) == 1);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string certificate_pem(X509* certificate) {
    return to_pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

}  // namespace

server_identity make_identity(const std::vector<std::string>& ip_addresses) {
    const auto ca_key = make_key();
    const auto ca = start_certificate("Cardresolver simulator authority", ca_key.get(), nullptr);
    add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
    require(X509_sign(ca.get(), ca_key.get(), EVP_sha256()) > 0);

    std::string names = "DNS:localhost";
    for (const auto& address : ip_addresses) {
        names += ",IP:" + address;
    }
    const auto key = make_key();
    const auto certificate = start_certificate("Cardresolver simulator", key.get(), ca.get());
    auto* const raw = certificate.get();
    add_extension(raw, ca.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(raw, ca.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(raw, ca.get(), NID_ext_key_usage, "serverAuth");
    add_extension(raw, ca.get(), NID_subject_key_identifier, "hash");
    add_extension(raw, ca.get(), NID_authority_key_identifier, "keyid:always");
    add_extension(raw, ca.get(), NID_subject_alt_name, names);
    require(X509_sign(raw, ca_key.get(), EVP_sha256()) > 0);

    return {certificate_pem(ca.get()), certificate_pem(raw), to_pem([&](BIO* out) {
                return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

}  // namespace cardresolver::simulator
