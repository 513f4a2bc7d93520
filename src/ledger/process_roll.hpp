// Who of an account's processes is alive, as the kernel knows it.
#pragma once

#include "dispatch/quota/exchange.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cardresolver::ledger {

/// Each process locks one byte of a file, at the place of its id. The kernel lets go of it when the process
/// ends, however it ends; one that is stopped keeps it.
class process_roll {
public:
    /// Makes the file (mode 0600) where it is missing. Throws `std::system_error`.
    explicit process_roll(const std::string& path);
    process_roll(const process_roll&) = delete;
    process_roll& operator=(const process_roll&) = delete;
    ~process_roll();

    /// Tells this file from any other of its name for as long as it is open.
    std::uint64_t identity() const noexcept { return identity_; }
    /// From now on `process` is alive, until this object ends. Again: nothing. Throws `std::system_error`.
    void enter(dispatch::quota::process_id process);
    /// Whether one that has entered this same file is known to have ended.
    bool has_ended(dispatch::quota::process_id process) const noexcept;

private:
    int file_;
    std::uint64_t identity_ = 0;
    std::vector<dispatch::quota::process_id> own_;
};

}  // namespace cardresolver::ledger
