// The event loop by name alone, for who only passes it on: Asio's headers cost a second and a half each time.
#pragma once

namespace boost::asio {
class io_context;
}

namespace cardresolver::net {
namespace asio = boost::asio;
}
