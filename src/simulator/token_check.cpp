#include "simulator/token_check.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace cardresolver::simulator {

/// Fetched once: a fetch for each request costs more than the digest.
struct token_check::digest {
    EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_MD_CTX* context = EVP_MD_CTX_new();

    digest() = default;
    ~digest() {
        EVP_MD_CTX_free(context);
        EVP_MD_free(algorithm);
    }
    digest(const digest&) = delete;
    digest& operator=(const digest&) = delete;
};

token_check::token_check(std::string_view appid, std::string_view password)
    : digest_(std::make_unique<digest>()) {
    if (digest_->algorithm == nullptr || digest_->context == nullptr) {
        throw std::runtime_error("OpenSSL has no SHA-256");
    }
    prefix_.append(appid).append(password);
}

token_check::~token_check() = default;
token_check::token_check(token_check&&) noexcept = default;
token_check& token_check::operator=(token_check&&) noexcept = default;

bool token_check::matches(std::string_view transid, std::string_view token) {
    std::array<unsigned char, 32> hash{};
    auto* const context = digest_->context;
    if (EVP_DigestInit_ex2(context, digest_->algorithm, nullptr) != 1 ||
        EVP_DigestUpdate(context, prefix_.data(), prefix_.size()) != 1 ||
        EVP_DigestUpdate(context, transid.data(), transid.size()) != 1 ||
        EVP_DigestFinal_ex(context, hash.data(), nullptr) != 1) {
        return false;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, 64> expected{};
    for (std::size_t i = 0; i < hash.size(); ++i) {
        expected[2 * i] = digits[hash[i] >> 4U];
        expected[2 * i + 1] = digits[hash[i] & 15U];
    }
    return token == std::string_view(expected.data(), expected.size());
}

bool token_check::is_well_formed(std::string_view token) noexcept {
    return token.size() == 64 && std::all_of(token.begin(), token.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

}  // namespace cardresolver::simulator
