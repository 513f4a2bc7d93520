// Why nothing, or next to nothing, is sent.
#pragma once

#include "dispatch/clock.hpp"

#include <cstdint>

namespace cardresolver::dispatch {

enum class hold_reason : std::uint8_t {
    throttled,    ///< the carrier is to be left alone for a while
    quota_spent,  ///< the day's, by our count or since the carrier has refused all requests for minutes
    down,         ///< the carrier does not answer, or with failures only
    schedule,     ///< the user's schedule wants nothing sent
    shared,       ///< other processes of the account have what may be sent; for how long is not known
};

struct standstill {
    time_point until;  ///< when requests are expected to flow again, as far as that is known
    hold_reason why;
};

}  // namespace cardresolver::dispatch
