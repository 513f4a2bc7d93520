// The account's state as text, for its file.
#pragma once

#include "dispatch/quota/account_book.hpp"
#include "ledger/ledger_clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::ledger {

/// A state, and when the clocks showed what at its last exchange.
struct kept_account {
    dispatch::quota::account_state state;
    clock_reading clocks;
};

/// JSON.
std::string write_account(const kept_account& account);
/// What `write_account` made; nothing where `text` is not that.
std::optional<kept_account> read_account(std::string_view text);

}  // namespace cardresolver::ledger
