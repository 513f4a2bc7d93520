// The token that proves the password without sending it.
#pragma once

#include "carrier/account.hpp"

#include <array>
#include <memory>
#include <string_view>

namespace cardresolver::carrier {

/// 64 lower-case hexadecimal digits.
using token = std::array<char, 64>;

/// Signs transaction numbers: SHA-256 of appid + password + transid (CMIOT_API2111, common parameters).
/// Keeps the hash state after appid and password, so that a token costs one or two blocks of SHA-256.
class token_signer {
public:
    /// Throws `std::runtime_error` where OpenSSL has no SHA-256.
    explicit token_signer(const account& account);
    ~token_signer();
    token_signer(token_signer&&) noexcept;
    token_signer& operator=(token_signer&&) noexcept;

    token sign(std::string_view transid) const;

private:
    struct hash_state;
    std::unique_ptr<hash_state> state_;
};

}  // namespace cardresolver::carrier
