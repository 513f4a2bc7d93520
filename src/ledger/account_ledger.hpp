// The ledger of an account on disk, shared by all processes of it on this machine.
#pragma once

#include "ledger/ledger_clock.hpp"
#include "ledger/quota_ledger.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cardresolver::ledger {

/// Whose quota it is: one carrier, one application.
struct account_name {
    std::string carrier;  ///< host and port
    std::string appid;
};

/// The name of the account's file: letters, digits, dots and hyphens as they are, all else by its code.
std::string file_name_of(const account_name& account);

/// An SQLite database (WAL, synchronous=FULL) of one row. An exchange is one transaction: what it grants is
/// durable before anybody sends by it. A file that is damaged or somebody else's is an error, never begun anew:
/// that would forget what was spent.
class account_ledger final : public quota_ledger {
public:
    using clock = std::function<clock_reading()>;

    /// Makes folder (mode 0700) and file (0600) where they are missing. Throws `ledger_error`.
    account_ledger(const std::string& folder, const account_name& account, std::uint64_t random,
                   clock clocks = read_clocks);
    ~account_ledger() override;

    dispatch::quota::grant exchange(const dispatch::quota::request& request) override;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace cardresolver::ledger
