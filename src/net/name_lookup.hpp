// How a name becomes addresses: the seam at which a test puts its own name server, and `check` its ear.
#pragma once

#include <functional>
#include <string>
#include <vector>

// Declared alone: settings have a lookup among them, and most who read settings have no use for Asio.
namespace boost::asio::ip {
class address;
}
namespace boost::system {
class error_code;
}

namespace cardresolver::net {

/// Called once, on the event-loop thread, when the answer is there; perhaps much later, perhaps never.
using lookup_handler =
    std::function<void(const boost::system::error_code&, std::vector<boost::asio::ip::address>)>;

/// Starts to look `host` up and returns at once; the handler is not called from inside.
using name_lookup = std::function<void(const std::string& host, lookup_handler)>;

}  // namespace cardresolver::net
