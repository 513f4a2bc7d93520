#include "net/client.hpp"

#include "net/client_state.hpp"
#include "net/socket_options.hpp"
#include "net/tls_setup.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <stdexcept>
#include <utility>

namespace cardresolver::net {

namespace {

/// An address that this machine does not have will not come by waiting.
asio::ip::address require_own_address(asio::io_context& context, const std::string& text) {
    boost::system::error_code ec;
    auto address = asio::ip::make_address(text, ec);
    if (ec) throw std::runtime_error("the local address is no IP address: " + text);
    const asio::ip::tcp::endpoint any_port(address, 0);
    asio::ip::tcp::socket probe(context);
    probe.open(any_port.protocol(), ec);
    if (!ec) probe.bind(any_port, ec);
    if (ec)
        throw std::runtime_error("the local address " + text +
                                 " cannot be used on this machine: " + ec.message());
    return address;
}

}  // namespace

client::shared_state::shared_state(asio::io_context& context, client_settings given)
    : loop(context.get_executor()), settings(std::move(given)), names(loop, settings.lookup) {
    if (!settings.local_address.empty()) local_address = require_own_address(context, settings.local_address);
    if (settings.tls) {
        tls.emplace(make_tls_context(settings.ca_file, settings.ca_pem));
        sessions.attach(tls->native_handle());
    }
}

client::client(asio::io_context& context, client_settings settings)
    : state_(std::make_unique<shared_state>(context, std::move(settings))) {}

client::~client() = default;

const client_settings& client::settings() const noexcept {
    return state_->settings;
}

client_statistics client::statistics() const {
    auto totals = state_->closed_totals;
    for (const int descriptor : state_->open_descriptors) {
        const auto traffic = traffic_of(descriptor);
        totals.bytes_sent += traffic.sent;
        totals.bytes_received += traffic.received;
    }
    return totals;
}

}  // namespace cardresolver::net
