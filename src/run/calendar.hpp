// What the wall clock says about sending: which limits hold at this hour, and when the carrier's day ends.
#pragma once

#include "dispatch/dispatcher.hpp"
#include "dispatch/schedule.hpp"
#include "net/async.hpp"
#include "run/steady_timer.hpp"

#include <functional>

namespace cardresolver::run {

/// Looks at the wall clock once a minute at least, since clocks are set and machines sleep. Event-loop thread
/// only.
class calendar {
public:
    /// `usual`: the limits outside of the schedule. `on_change` is called when other limits have come into
    /// force. All references outlive it.
    calendar(net::asio::io_context& context, dispatch::dispatcher& dispatcher,
             const dispatch::schedule& schedule, const dispatch::pace& usual,
             std::function<void()> on_change);

    /// Looks at once, and from then on by itself.
    void start();

private:
    void look();

    dispatch::dispatcher& dispatcher_;
    const dispatch::schedule& schedule_;
    const dispatch::pace& usual_;
    std::function<void()> on_change_;
    steady_timer timer_;
};

}  // namespace cardresolver::run
