// The carrier's side of the token: lower-case hex SHA-256 of appid, password and transid, one after the
// other.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace cardresolver::simulator {

/// Computes the token that a transid must come with. One thread at a time.
class token_check {
public:
    token_check(std::string_view appid, std::string_view password);
    ~token_check();
    token_check(token_check&&) noexcept;
    token_check& operator=(token_check&&) noexcept;

    /// Whether `token` belongs to `transid`.
    bool matches(std::string_view transid, std::string_view token);

    /// Whether `token` looks like one: 64 lower-case hexadecimal digits.
    static bool is_well_formed(std::string_view token) noexcept;

private:
    struct digest;
    std::unique_ptr<digest> digest_;
    std::string prefix_;
};

}  // namespace cardresolver::simulator
