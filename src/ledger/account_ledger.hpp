// The account's book in a file that all processes of the account on this host share.
#pragma once

#include "ledger/ledger_clock.hpp"
#include "ledger/quota_ledger.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cardresolver::ledger {

/// An account, as far as ledgers tell one from another.
struct account_name {
    std::string host;  ///< of the carrier
    std::uint16_t port = 443;
    std::string appid;
};

/// Safe for any folder; two accounts never have the same.
std::string ledger_file_name(const account_name& account);

/// The book in SQLite: one transaction for an exchange, durable before the grant is given out. A process that
/// asks counts as alive until this object ends.
class account_ledger final : public quota_ledger {
public:
    /// Makes FOLDER (mode 0700; those above it must be there or can be made) and the files (0600) where they
    /// are missing. Throws `ledger_error`.
    account_ledger(const std::string& folder, const account_name& account, clock_reader clocks = read_clocks);
    ~account_ledger() override;

    dispatch::quota::grant exchange(const dispatch::quota::request& asked) override;

    const std::string& path() const noexcept { return path_; }

private:
    class implementation;
    std::string path_;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace cardresolver::ledger
