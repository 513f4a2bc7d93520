#include "support/tls_certificates.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace cardresolver::support {
namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
}

EVP_PKEY* make_key(int rsa_bits) {
    if (rsa_bits != 0) return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(rsa_bits));
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
    if (value.empty()) return;
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    require(extension != nullptr, value.c_str());
    require(X509_add_ext(certificate, extension, -1) == 1, value.c_str());
    X509_EXTENSION_free(extension);
}

/// The configuration syntax cannot say a NUL.
void add_raw_dns_name(X509* certificate, const std::string& name) {
    GENERAL_NAMES* const names = sk_GENERAL_NAME_new_null();
    GENERAL_NAME* const entry = GENERAL_NAME_new();
    ASN1_IA5STRING* const text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
    GENERAL_NAME_set0_value(entry, GEN_DNS, text);
    sk_GENERAL_NAME_push(names, entry);
    const int added = X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT);
    GENERAL_NAMES_free(names);
    require(added == 1, "raw name");
}

void set_serial(X509* certificate) {
    unsigned char bytes[8];
    require(RAND_bytes(bytes, sizeof bytes) == 1, "random");
    std::uint64_t serial = 1;
    for (const auto byte : bytes)
        serial = serial << 7U | (byte & 0x7fU);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial);
}

}  // namespace

certificate_plan certificate_plan::authority(const std::string& name) {
    certificate_plan plan;
    plan.common_name = name;
    plan.basic_constraints = "critical,CA:TRUE";
    plan.key_usage = "critical,keyCertSign,cRLSign";
    plan.extended_key_usage.clear();
    return plan;
}

certificate_plan certificate_plan::server(const std::string& subject_alt_names) {
    certificate_plan plan;
    plan.subject_alt_names = subject_alt_names;
    return plan;
}

identity::identity(const certificate_plan& plan, const identity* issuer)
    : key_(make_key(plan.rsa_bits)), certificate_(X509_new()) {
    require(key_ && certificate_, "key");
    auto* const subject = certificate_.get();
    auto* const parent = issuer != nullptr ? issuer->certificate() : subject;
    X509_set_version(subject, 2);
    set_serial(subject);
    X509_gmtime_adj(X509_getm_notBefore(subject), plan.begins_in);
    X509_gmtime_adj(X509_getm_notAfter(subject), plan.ends_in);
    X509_set_pubkey(subject, key_.get());
    auto* const name = X509_get_subject_name(subject);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(plan.common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(subject, X509_get_subject_name(parent));
    add_extension(subject, parent, NID_basic_constraints, plan.basic_constraints);
    add_extension(subject, parent, NID_key_usage, plan.key_usage);
    add_extension(subject, parent, NID_ext_key_usage, plan.extended_key_usage);
    add_extension(subject, parent, NID_name_constraints, plan.name_constraints);
    if (plan.raw_dns_name.empty()) {
        add_extension(subject, parent, NID_subject_alt_name, plan.subject_alt_names);
    } else {
        add_raw_dns_name(subject, plan.raw_dns_name);
    }
    auto* const signer = issuer != nullptr ? issuer->key() : key_.get();
    require(X509_sign(subject, signer, EVP_get_digestbyname(plan.digest)) > 0, "signature");
}

std::string identity::certificate_pem() const {
    BIO* const out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, certificate_.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out, &bytes);
    std::string text(bytes, static_cast<std::size_t>(size));
    BIO_free(out);
    return text;
}

}  // namespace cardresolver::support
