// Runs one coroutine to its end on a context of its own, with whatever else lives on that context.
#pragma once

#include "net/async.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <stdexcept>
#include <utility>

namespace cardresolver::net::testing {

/// Rethrows what the coroutine throws. Returns when it has ended, whatever else is still pending.
inline void run_until_done(asio::io_context& context, task<void> work) {
    bool done = false;
    std::exception_ptr thrown;
    asio::co_spawn(context.get_executor(), std::move(work), [&](std::exception_ptr error) {
        thrown = std::move(error);
        done = true;
    });
    context.restart();
    while (!done && context.run_one() != 0) {
    }
    if (thrown) std::rethrow_exception(thrown);
    if (!done) throw std::logic_error("the coroutine waits for something that nobody will ever do");
}

}  // namespace cardresolver::net::testing
