// Where the processes of an account get their grants.
#pragma once

#include "dispatch/quota/exchange.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace cardresolver::ledger {

/// Why there is no grant. The text names the file and what to do.
class ledger_error : public std::runtime_error {
public:
    enum class error_kind : std::uint8_t {
        passing,        ///< locked by another program, or no room on the disk: worth another try
        cannot_create,  ///< no permission, no such folder: exit 73
        io,             ///< a read, a write or a sync has failed, or the file is gone: exit 74
        damaged         ///< no ledger, one of another version, or a damaged one: exit 74
    };
    ledger_error(error_kind what, const std::string& why) : std::runtime_error(why), kind(what) {}
    bool is_passing() const noexcept { return kind == error_kind::passing; }
    error_kind kind;
};

/// One thread at a time.
class quota_ledger {
public:
    quota_ledger() = default;
    quota_ledger(const quota_ledger&) = delete;
    quota_ledger& operator=(const quota_ledger&) = delete;
    virtual ~quota_ledger() = default;

    /// May block. Throws `ledger_error`; nothing of the request has taken place then.
    virtual dispatch::quota::grant exchange(const dispatch::quota::request& asked) = 0;
};

}  // namespace cardresolver::ledger
