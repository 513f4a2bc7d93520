// The coroutine vocabulary of the rooms that do I/O. One thread runs the io_context, so nothing here locks.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cardresolver::net {

namespace asio = boost::asio;

using executor = asio::io_context::executor_type;

template <class T>
using task = asio::awaitable<T, executor>;

/// The one completion token: results and error codes as a tuple, never an exception.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<executor>> use_tuple{};

}  // namespace cardresolver::net
