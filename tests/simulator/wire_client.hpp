// A small blocking client: TCP or TLS, one connection. Verifies strictly; gives up after some seconds so that
// a broken server fails a test instead of holding it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cardresolver::simulator::test {

/// One reply as it was read.
struct wire_reply {
    bool complete = false;  ///< head and as much body as Content-Length says
    std::string head;
    std::string body;
};

/// How a connection came to its end.
enum class wire_end { none, closed, truncated, reset };

class wire_client {
public:
    /// Connects to `url` and shakes hands, trusting `ca_pem` alone and verifying `name` (an IP address or a
    /// DNS name). Throws `std::runtime_error` with OpenSSL's reason.
    wire_client(const std::string& url, const std::string& ca_pem, const std::string& name = "127.0.0.1");
    ~wire_client();
    wire_client(const wire_client&) = delete;
    wire_client& operator=(const wire_client&) = delete;

    void send(std::string_view bytes);

    /// Reads one reply. Incomplete where the connection ended first: see `end`.
    wire_reply receive();

    /// `send`, then `receive`.
    wire_reply exchange(std::string_view request);

    /// `closed`: in good order (TLS: with close_notify); `truncated`: TLS without it.
    wire_end end() const noexcept { return end_; }

    /// Waits for the end of the connection; bytes that come before it are forgotten.
    wire_end wait_for_end();

    /// Whether a byte can be read at this moment.
    bool has_bytes() const;

private:
    struct connection;

    bool read_more();

    std::unique_ptr<connection> connection_;
    std::string input_;
    wire_end end_ = wire_end::none;
};

}  // namespace cardresolver::simulator::test
