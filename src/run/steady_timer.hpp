// The one kind of timer that a run uses.
#pragma once

#include "net/async.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>

namespace cardresolver::run {

using steady_timer =
    net::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    net::asio::wait_traits<std::chrono::steady_clock>, net::executor>;

}  // namespace cardresolver::run
