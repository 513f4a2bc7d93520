// What the dispatcher counts.
#pragma once

#include <cstdint>

namespace cardresolver::dispatch {

struct statistics {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;  ///< replies that could be decoded, whatever their status
    std::uint64_t retried = 0;   ///< requests sent again as a whole
    std::uint64_t hunting = 0;   ///< requests that looked for the bad cards of another one
    std::uint64_t throttled = 0;
    std::uint64_t timed_out = 0;
    std::uint64_t stale = 0;           ///< found their connection closed before a byte of a reply
    std::uint64_t malformed = 0;       ///< replies that could not be decoded
    std::uint64_t foreign_items = 0;   ///< items about cards that were not asked
    std::uint64_t repeated_items = 0;  ///< items that said the same again
    std::uint64_t discarded = 0;       ///< replies to somebody else's request
};

}  // namespace cardresolver::dispatch
