// One connection to the carrier, and the one exchange at a time that it carries. It knows nothing of cards,
// and it never sends a request twice.
#pragma once

#include "card/failure.hpp"
#include "net/async.hpp"
#include "net/client.hpp"
#include "net/peer.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

namespace cardresolver::net {

/// A complete reply. The views are valid until the next operation on the connection.
struct http_reply {
    unsigned status = 0;
    std::string_view body;
    std::string_view retry_after;       ///< field value; empty: absent
    std::string_view date;              ///< field value; empty: absent
    std::string_view content_encoding;  ///< field value; empty: absent
};

/// What came of one exchange: either `reply` or `failed`.
class exchange_result {
public:
    using clock = std::chrono::steady_clock;

    exchange_result(card::failure failure, clock::time_point begin, clock::time_point end)
        : failed(std::move(failure)), elapsed(end - begin), ended_at(end) {}
    exchange_result(const http_reply& complete, clock::time_point begin, clock::time_point end)
        : reply(complete), elapsed(end - begin), ended_at(end) {}

    std::optional<card::failure> failed;
    http_reply reply;
    clock::duration elapsed;     ///< from just before the first byte is written to the last byte read
    clock::time_point ended_at;  ///< when the last byte had been read, or it had failed
};

/// Event-loop thread only. Must not be destroyed while an operation is under way; `close` ends one early.
class connection {
public:
    explicit connection(client& owner);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Resolves, connects, asks the proxy, shakes hands and verifies, within the connect timeout. Nothing:
    /// it is open. Whatever was open before is closed first.
    task<std::optional<card::failure>> async_open();

    /// Writes `request` (a whole HTTP/1.1 request) and reads one whole final reply (1xx are passed over),
    /// within the request timeout. After a failure, and after a reply that does not allow reuse, the
    /// connection is closed. `request` must stay valid until completion.
    task<exchange_result> async_exchange(std::string_view request);

    bool is_open() const noexcept;

    /// Who is at the other end; where the last `async_open` failed, as far as it came.
    peer_facts peer() const;

    /// Whether a request may be written now: open, and the peer has neither closed nor sent anything
    /// unasked. Looks at the socket without blocking; closes the connection where the answer is no.
    bool check_alive() noexcept;

    /// Ends any operation under way with `cancelled` and closes. No-op on a closed connection.
    void close() noexcept;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace cardresolver::net
