// How a name becomes addresses: the seam at which a test puts its own name server, and `check` its ear.
#pragma once

#include "net/async.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <functional>
#include <string>
#include <vector>

namespace cardresolver::net {

/// Called once, on the event-loop thread, when the answer is there; perhaps much later, perhaps never.
using lookup_handler =
    std::function<void(const boost::system::error_code&, std::vector<boost::asio::ip::address>)>;

/// Starts to look `host` up and returns at once; the handler is not called from inside.
using name_lookup = std::function<void(const std::string& host, lookup_handler)>;

/// The system's resolver (getaddrinfo, on a hidden thread of Asio's).
name_lookup system_lookup(const executor& loop);

}  // namespace cardresolver::net
