// SIGINT, SIGTERM, SIGHUP: the first asks for a clean end, the second ends at once.
#pragma once

#include "net/async.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <optional>

namespace cardresolver::app {

/// Event-loop thread only.
class stop_signals {
public:
    /// From now on the signals no longer end the process; `on_first` is called once, on the event loop.
    stop_signals(net::asio::io_context& context, std::function<void(int)> on_first);
    stop_signals(const stop_signals&) = delete;
    stop_signals& operator=(const stop_signals&) = delete;

    /// The first signal that came.
    std::optional<int> received() const noexcept { return received_; }
    /// Gives the signals back their usual effect.
    void release();

private:
    void wait();

    net::asio::basic_signal_set<net::executor> signals_;
    std::function<void(int)> on_first_;
    std::optional<int> received_;
};

}  // namespace cardresolver::app
