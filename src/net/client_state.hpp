// What a client's connections share. Private to this room.
#pragma once

#include "net/buffer_pool.hpp"
#include "net/client.hpp"
#include "net/name_cache.hpp"
#include "net/session_store.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>

#include <optional>
#include <vector>

namespace cardresolver::net {

/// Event-loop thread only.
struct client::shared_state {
    shared_state(asio::io_context& context, client_settings given);

    executor loop;
    client_settings settings;
    std::optional<asio::ip::address> local_address;
    session_store sessions;  // before `tls`, which points to it
    std::optional<asio::ssl::context> tls;
    name_cache names;
    buffer_pool buffers;                ///< of replies
    client_statistics closed_totals;    ///< without the traffic of open connections
    std::vector<int> open_descriptors;  ///< of the connections whose traffic is still to be added
};

}  // namespace cardresolver::net
