// How a name becomes addresses: the seam at which a test puts its own name server.
#pragma once

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

}  // namespace cardresolver::net
