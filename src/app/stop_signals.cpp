#include "app/stop_signals.hpp"

#include "app/exit_code.hpp"

#include <csignal>
#include <unistd.h>

namespace cardresolver::app {

stop_signals::stop_signals(net::asio::io_context& context, std::function<void(int)> on_first)
    : signals_(context.get_executor(), SIGINT, SIGTERM, SIGHUP), on_first_(std::move(on_first)) {
    wait();
}

void stop_signals::release() {
    boost::system::error_code ignored;
    signals_.clear(ignored);
    signals_.cancel(ignored);
}

void stop_signals::wait() {
    signals_.async_wait([this](const boost::system::error_code& ec, int signal) {
        if (ec) return;
        if (received_) _exit(to_status(exit_code_of_signal(signal)));
        received_ = signal;
        wait();
        on_first_(signal);
    });
}

}  // namespace cardresolver::app
