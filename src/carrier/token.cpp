#include "carrier/token.hpp"

#include <openssl/evp.h>

#include <cstring>
#include <stdexcept>

namespace cardresolver::carrier {
namespace {

struct free_context {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using digest_context = std::unique_ptr<EVP_MD_CTX, free_context>;

constexpr std::size_t digest_size = 32;

void require(int succeeded) {
    if (succeeded != 1) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

/// The two digits of each byte.
constexpr auto hex_pairs = [] {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t byte = 0; byte < pairs.size(); ++byte)
        pairs[byte] = {digits[byte >> 4U], digits[byte & 0xFU]};
    return pairs;
}();

token to_hex(const std::array<unsigned char, digest_size>& digest) {
    token text{};
    for (std::size_t i = 0; i < digest.size(); ++i)
        std::memcpy(&text[2 * i], hex_pairs[digest[i]].data(), 2);
    return text;
}

}  // namespace

struct token_signer::hash_state {
    digest_context prefix{EVP_MD_CTX_new()};   // after appid and password
    digest_context working{EVP_MD_CTX_new()};  // reused for each token
};

token_signer::token_signer(const account& account) : state_(std::make_unique<hash_state>()) {
    const auto password = account.password.reveal();
    EVP_MD_CTX* prefix = state_->prefix.get();
    require(EVP_DigestInit_ex(prefix, EVP_sha256(), nullptr));
    require(EVP_DigestUpdate(prefix, account.appid.data(), account.appid.size()));
    require(EVP_DigestUpdate(prefix, password.data(), password.size()));
}

token_signer::~token_signer() = default;
token_signer::token_signer(token_signer&&) noexcept = default;
token_signer& token_signer::operator=(token_signer&&) noexcept = default;

token token_signer::sign(std::string_view transid) const {
    EVP_MD_CTX* working = state_->working.get();
    std::array<unsigned char, digest_size> digest{};
    require(EVP_MD_CTX_copy_ex(working, state_->prefix.get()));
    require(EVP_DigestUpdate(working, transid.data(), transid.size()));
    require(EVP_DigestFinal_ex(working, digest.data(), nullptr));
    return to_hex(digest);
}

}  // namespace cardresolver::carrier
