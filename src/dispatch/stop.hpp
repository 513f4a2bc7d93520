// Why a run ends before its list does.
#pragma once

#include <cstdint>
#include <string>

namespace cardresolver::dispatch {

/// Why the run cannot go on.
enum class stop_reason : std::uint8_t {
    account_refused,      ///< codes 3, 4, 6, 7, 8, 118040196, HTTP 401 or 403, twice
    wrong_interface,      ///< code 10006: the base URL leads elsewhere
    own_fault,            ///< code 13: this program names a parameter wrongly
    never_reached,        ///< no HTTP reply at all within `give_up_after`
    certificate_refused,  ///< before any connection was open
};

struct stop {
    stop_reason reason;
    std::string detail;  ///< for people: code and text, or the last failure
};

}  // namespace cardresolver::dispatch
