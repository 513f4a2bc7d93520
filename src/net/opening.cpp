// The way to an open connection: name, address, TCP, proxy, TLS, all before one deadline.
#include "net/connection_implementation.hpp"
#include "net/exchange.hpp"
#include "net/socket_options.hpp"

#include <algorithm>
#include <utility>

namespace cardresolver::net {
namespace {

using card::failure;
using card::failure_kind;
using card::failure_stage;

/// More addresses than this share too short a time to answer in.
constexpr std::size_t most_addresses = 8;

/// "10.0.0.1:443", "[::1]:443"
std::string join(const std::string& host, std::uint16_t port) {
    const bool bracketed = host.find(':') != std::string::npos;
    return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string_view reason_of(unsigned status) {
    switch (status) {
        case 403:
            return " Forbidden";
        case 407:
            return " Proxy Authentication Required";
        case 502:
            return " Bad Gateway";
        case 503:
            return " Service Unavailable";
        case 504:
            return " Gateway Timeout";
        default:
            return "";
    }
}

/// Waits at the entry of a name for as long as it lives.
class waiting_place {
public:
    waiting_place(name_cache::entry& at, wake_timer& who) : entry_(at), timer_(who) {
        entry_.waiting.push_back(&timer_);
        timer_.expires_at(wake_timer::time_point::max());
    }
    ~waiting_place() { std::erase(entry_.waiting, &timer_); }
    waiting_place(const waiting_place&) = delete;
    waiting_place& operator=(const waiting_place&) = delete;

private:
    name_cache::entry& entry_;
    wake_timer& timer_;
};

}  // namespace

task<std::optional<failure>> connection::implementation::async_open() {
    release();
    const operation_scope scope(*this);
    const auto& settings = client_.settings;
    exchanges_ = 0;
    peer_address_.clear();
    certificate_ = certificate_report{};
    connect_by_ = clock::now() + settings.connect_timeout;
    deadline_.arm(connect_by_);
    const auto& host = settings.proxy ? settings.proxy->host : settings.host;
    const auto port = settings.proxy ? settings.proxy->port : settings.port;
    if (auto failed = co_await async_connect_any(host, port)) co_return failed;
    if (settings.proxy) {
        if (auto failed = co_await async_ask_proxy()) co_return failed;
    }
    if (settings.tls) {
        if (auto failed = co_await async_shake_hands()) co_return failed;
    }
    open_ = true;
    ++client_.closed_totals.connections_opened;
    co_return std::nullopt;
}

task<std::optional<failure>> connection::implementation::async_find_addresses(
    const std::string& host, std::vector<asio::ip::address>& found) {
    boost::system::error_code not_an_address;
    const auto literal = asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        found.push_back(literal);
        co_return std::nullopt;
    }
    const auto entry = client_.names.find(host, clock::now());
    while (entry->asking && ended_ == interruption::none) {
        const waiting_place place(*entry, wake_);
        co_await wake_.async_wait(use_tuple);
    }
    if (ended_ != interruption::none) {
        co_return interrupted(failure_stage::resolve, ended_, "no name server answers in time for " + host);
    }
    if (entry->error) co_return lookup_failure(entry->error, host);
    found = entry->addresses;
    co_return std::nullopt;
}

task<std::optional<failure>> connection::implementation::async_connect_any(const std::string& host,
                                                                           std::uint16_t port) {
    std::vector<asio::ip::address> addresses;
    if (auto failed = co_await async_find_addresses(host, addresses)) co_return failed;
    if (const auto& local = client_.local_address) {
        std::erase_if(addresses, [&](const auto& address) { return address.is_v4() != local->is_v4(); });
        if (addresses.empty()) {
            co_return failure(failure_stage::connect, failure_kind::local,
                              host + " has no address of the local address's family");
        }
    }
    const auto count = std::min(addresses.size(), most_addresses);
    maybe_failure failed;
    for (std::size_t i = 0; i < count; ++i) {
        // Each address gets an equal share of the time that is left, so that a silent one leaves some to the
        // next.
        const auto now = clock::now();
        deadline_.arm(now + (connect_by_ - now) / static_cast<clock::rep>(count - i));
        const asio::ip::tcp::endpoint endpoint(addresses[i], port);
        failed = co_await async_connect_to(endpoint);
        if (!failed) {
            client_.names.prefer(host, addresses[i]);
            deadline_.arm(connect_by_);
            break;
        }
        if (failed->kind == failure_kind::cancelled) break;
        if (i + 1 == count) {
            client_.names.forget(host);  // the carrier may have moved
            break;
        }
        release();
        ended_ = interruption::none;
    }
    co_return failed;
}

task<std::optional<failure>> connection::implementation::async_connect_to(
    const asio::ip::tcp::endpoint& endpoint) {
    const auto peer = join(endpoint.address().to_string(), endpoint.port());
    auto& socket = plain_.emplace(client_.loop);
    boost::system::error_code ec;
    socket.open(endpoint.protocol(), ec);
    if (ec) co_return connect_failure(ec, peer);
    tune_socket(socket.native_handle(), client_.settings.request_timeout);
    if (client_.local_address) {
        share_local_port(socket.native_handle());
        socket.bind(asio::ip::tcp::endpoint(*client_.local_address, 0), ec);
        if (ec) {
            co_return failure(
                failure_stage::connect, failure_kind::local,
                "cannot use local address " + client_.settings.local_address + ": " + ec.message());
        }
    }
    const auto [connect_error] = co_await socket.async_connect(endpoint, use_tuple);
    if (ended_ != interruption::none) {
        co_return interrupted(failure_stage::connect, ended_, "no answer from " + peer);
    }
    if (connect_error) co_return connect_failure(connect_error, peer);
    // What is tried at once must not wait; asynchronous operations do not mind.
    if (socket.non_blocking(true, ec); ec) {
        co_return failure(failure_stage::connect, failure_kind::local,
                          "cannot use the socket: " + ec.message());
    }
    peer_address_ = peer;
    client_.open_descriptors.push_back(socket.native_handle());
    co_return std::nullopt;
}

/// RFC 9110 section 9.3.6.
task<std::optional<failure>> connection::implementation::async_ask_proxy() {
    const auto& settings = client_.settings;
    const auto target = join(settings.host, settings.port);
    auto request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
    if (!settings.proxy->authorization.empty()) {
        request += "Proxy-Authorization: " + settings.proxy->authorization + "\r\n";
    }
    request += "\r\n";
    reader_.start(reply_reader::expects::tunnel_head);
    auto failed = co_await net::async_exchange(*plain_, reader_, request, ended_, false);
    if (failed) {
        failed->stage = failure_stage::proxy;
        failed->detail = "the proxy: " + failed->detail;
        co_return failed;
    }
    if (reader_.status() >= 300) {
        co_return failure(
            failure_stage::proxy, failure_kind::unreachable,
            "proxy answered " + std::to_string(reader_.status()) + std::string(reason_of(reader_.status())));
    }
    // The carrier speaks only when spoken to, so whatever came already is not from it.
    if (reader_.has_left_over()) {
        co_return failure(failure_stage::proxy, failure_kind::protocol,
                          "the proxy sent bytes before the tunnel was used");
    }
    if (ended_ != interruption::none) {
        co_return interrupted(failure_stage::proxy, ended_, "no answer from the proxy in time");
    }
    co_return std::nullopt;
}

task<std::optional<failure>> connection::implementation::async_shake_hands() {
    const auto& host = client_.settings.host;
    auto& stream = tls_.emplace(std::move(*plain_), *client_.tls);
    plain_.reset();
    auto* const native = stream.native_handle();
    if (!prepare_connection(native, host, certificate_)) {
        co_return failure(failure_stage::handshake, failure_kind::local, "out of memory");
    }
    client_.sessions.offer_to(native);
    const auto [handshake_error] = co_await stream.async_handshake(use_tuple);
    if (handshake_error) client_.sessions.clear();
    if (ended_ != interruption::none) {
        co_return interrupted(failure_stage::handshake, ended_, "the TLS handshake was not finished in time");
    }
    const auto refusal = describe_refusal(native, host, certificate_);
    if (handshake_error || !refusal.empty()) co_return handshake_failure(handshake_error, refusal);
    if (SSL_session_reused(native) == 1) ++client_.closed_totals.sessions_resumed;
    co_return std::nullopt;
}

}  // namespace cardresolver::net
