// The account's book as a text: a checksum, then JSON. Times are nanoseconds, of the ledger or since 1970.
#pragma once

#include "dispatch/quota/account_book.hpp"
#include "ledger/ledger_clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::ledger {

struct stored_book {
    dispatch::quota::account_state state;
    clock_reading clocks;  ///< at `state.now`

    bool operator==(const stored_book&) const = default;
};

std::string write_book(const stored_book& book);

/// Nothing where the text is not one of `write_book`'s.
std::optional<stored_book> read_book(std::string_view text);

}  // namespace cardresolver::ledger
