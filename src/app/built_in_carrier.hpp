// The carrier that runs inside the process, for `--base-url simulator`.
#pragma once

#include "carrier/base_url.hpp"
#include "simulator/simulator.hpp"

#include <string>

namespace cardresolver::app {

/// Serves on a free port of this machine until it is destroyed, with the simulator's default account.
class built_in_carrier {
public:
    /// Throws `std::runtime_error` with a sentence for the user where it cannot be started.
    built_in_carrier();

    const carrier::base_url& url() const noexcept { return url_; }
    /// The certificate to trust, PEM.
    const std::string& ca_pem() const noexcept { return server_.ca_pem(); }

private:
    simulator::server server_;
    carrier::base_url url_;
};

}  // namespace cardresolver::app
