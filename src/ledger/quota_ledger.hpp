// The account's ledger, wherever it is kept.
#pragma once

#include "dispatch/quota/exchange.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace cardresolver::ledger {

/// The ledger cannot be used. What it says names the file, and what to do where something can be done.
class ledger_error : public std::runtime_error {
public:
    enum class error_kind : std::uint8_t {
        cannot_open,  ///< folder or file cannot be made, or are not ours
        io,           ///< it was read or written before, and cannot be any more; or it is damaged
        passing,      ///< locked by somebody else, or no room on the disk: worth another try
    };
    ledger_error(error_kind what_kind, const std::string& why) : std::runtime_error(why), kind(what_kind) {}
    error_kind kind;
};

/// One exchange follows the other, over all processes that share it.
class quota_ledger {
public:
    quota_ledger() = default;
    virtual ~quota_ledger() = default;
    quota_ledger(const quota_ledger&) = delete;
    quota_ledger& operator=(const quota_ledger&) = delete;

    /// May block. Throws `ledger_error`: nothing has changed then.
    virtual dispatch::quota::grant exchange(const dispatch::quota::request& request) = 0;
};

}  // namespace cardresolver::ledger
