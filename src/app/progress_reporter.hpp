// Shows on standard error how far a run is.
#pragma once

#include "app/options/command_options.hpp"
#include "app/progress_text.hpp"
#include "net/async.hpp"
#include "run/resolve_run.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>

namespace cardresolver::app {

/// Event-loop thread only. Does not outlive the run.
class progress_reporter {
public:
    progress_reporter(net::asio::io_context& context, const run::resolve_run& run, progress_mode mode);
    progress_reporter(const progress_reporter&) = delete;
    progress_reporter& operator=(const progress_reporter&) = delete;

    /// Before the run is executed.
    void start();
    /// Takes the bar away, so that something else can be said; the next tick draws it again.
    void clear();
    /// The totals; nothing more after it. `is_quiet` leaves out what is meant for people.
    void finish(bool is_quiet);

private:
    enum class style : std::uint8_t { bar, line, json, none };
    using timer =
        net::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        net::asio::wait_traits<std::chrono::steady_clock>, net::executor>;

    static style choose(progress_mode mode) noexcept;
    std::chrono::milliseconds interval() const noexcept;
    void wait();
    void tick();
    progress_view look();

    const run::resolve_run& run_;
    style style_;
    timer timer_;
    speedometer speed_;
    bool is_bar_drawn_ = false;
};

}  // namespace cardresolver::app
