// Certificates made while a test runs: good ones, and every kind of bad one.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace cardresolver::support {

/// What a certificate is to say. The extensions are written as in OpenSSL's configuration files; an empty
/// one is left out.
struct certificate_plan {
    certificate_plan() = default;

    std::string common_name = "cardresolver test";
    std::string subject_alt_names;  ///< "DNS:api.example,IP:127.0.0.1"
    std::string raw_dns_name;       ///< a DNS name that may hold NUL, in place of the above
    std::string basic_constraints = "critical,CA:FALSE";
    std::string key_usage = "critical,digitalSignature";
    std::string extended_key_usage = "serverAuth";
    std::string name_constraints;  ///< "permitted;DNS:good.example"
    long begins_in = -3600;        ///< seconds from now
    long ends_in = 24 * 3600;      ///< seconds from now
    int rsa_bits = 0;              ///< 0: a P-256 key
    const char* digest = "SHA256";

    /// A plan for an authority.
    static certificate_plan authority(const std::string& name);
    /// A plan for a server of these names.
    static certificate_plan server(const std::string& subject_alt_names);
};

/// A certificate and its key.
class identity {
public:
    /// Signed by `issuer`, or by itself where there is none. Throws `std::runtime_error`.
    explicit identity(const certificate_plan& plan, const identity* issuer = nullptr);

    X509* certificate() const noexcept { return certificate_.get(); }
    EVP_PKEY* key() const noexcept { return key_.get(); }
    std::string certificate_pem() const;

private:
    struct release {
        void operator()(X509* certificate) const noexcept { X509_free(certificate); }
        void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
    };
    std::unique_ptr<EVP_PKEY, release> key_;
    std::unique_ptr<X509, release> certificate_;
};

}  // namespace cardresolver::support
