// The system's resolver as a name lookup.
#pragma once

#include "net/async.hpp"
#include "net/name_lookup.hpp"

namespace cardresolver::net {

/// getaddrinfo, on a hidden thread of Asio's.
name_lookup system_lookup(const executor& loop);

}  // namespace cardresolver::net
