// The inside of a connection: its socket, its stream, its deadline and its reader. Private to this room.
#pragma once

#include "card/failure.hpp"
#include "net/async.hpp"
#include "net/client_state.hpp"
#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/failure_map.hpp"
#include "net/reply_reader.hpp"
#include "net/tls_setup.hpp"
#include "net/tls_stream.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::net {

/// Event-loop thread only.
class connection::implementation {
public:
    explicit implementation(client::shared_state& owner);
    ~implementation();
    implementation(const implementation&) = delete;
    implementation& operator=(const implementation&) = delete;

    task<std::optional<card::failure>> async_open();
    task<exchange_result> async_exchange(std::string_view request);
    bool is_open() const noexcept { return open_ && ended_ == interruption::none; }
    peer_facts peer();
    bool check_alive() noexcept;
    void close() noexcept;

private:
    using clock = std::chrono::steady_clock;
    using tcp_socket = tls_stream::tcp_socket;
    using maybe_failure = std::optional<card::failure>;

    /// Marks an operation as under way; at its end nothing that is not open is left behind, also where the
    /// coroutine is destroyed or throws.
    class operation_scope {
    public:
        explicit operation_scope(implementation& connection);
        ~operation_scope();
        operation_scope(const operation_scope&) = delete;
        operation_scope& operator=(const operation_scope&) = delete;

    private:
        implementation& connection_;
    };

    // The steps of `async_open`.
    task<maybe_failure> async_find_addresses(const std::string& host, std::vector<asio::ip::address>& found);
    task<maybe_failure> async_connect_any(const std::string& host, std::uint16_t port);
    task<maybe_failure> async_connect_to(const asio::ip::tcp::endpoint& endpoint);
    task<maybe_failure> async_ask_proxy();
    task<maybe_failure> async_shake_hands();

    // The end of `async_exchange`.
    exchange_result conclude(maybe_failure failed, clock::time_point begin);
    http_reply reply() const noexcept;

    tcp_socket& socket() noexcept { return tls_ ? tls_->next_layer() : *plain_; }
    bool is_silent() noexcept;
    void interrupt() noexcept;
    void close_socket() noexcept;
    void release() noexcept;

    client::shared_state& client_;
    // At most one of them holds the socket.
    std::optional<tcp_socket> plain_;
    std::optional<tls_stream> tls_;
    deadline deadline_;
    wake_timer wake_;  ///< sleeps while a name is looked up
    clock::time_point connect_by_;
    std::string peer_address_;  ///< of the last TCP connection
    certificate_report certificate_;
    reply_reader reader_;
    std::uint64_t exchanges_ = 0;  ///< completed on this connection
    interruption ended_ = interruption::none;
    bool busy_ = false;
    bool open_ = false;
    bool is_unanswered_ = false;  ///< a request went out on it, and its reply has not come whole
};

}  // namespace cardresolver::net
