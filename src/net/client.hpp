// What all connections to one carrier share: where it is, whom to trust, how to get out.
#pragma once

#include "net/async.hpp"
#include "net/client_settings.hpp"

#include <memory>

namespace cardresolver::net {

/// Event-loop thread only. Outlives its connections.
class client {
public:
    /// Throws `std::runtime_error` with a sentence for the user where a file cannot be read, holds no
    /// certificate, or the local address is none.
    client(asio::io_context& context, client_settings settings);
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    const client_settings& settings() const noexcept;
    client_statistics statistics() const;

private:
    friend class connection;
    struct shared_state;
    std::unique_ptr<shared_state> state_;
};

}  // namespace cardresolver::net
