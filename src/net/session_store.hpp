// The TLS sessions that the carrier has given us, so that a new connection can resume one: a full handshake
// costs as much CPU as twenty requests. One store belongs to one client, hence to one host and one trust:
// a session is never offered to another name (RFC 8446 section 4.6.1).
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <deque>
#include <memory>

namespace cardresolver::net {

/// Event-loop thread only. Must outlive the context it is attached to.
class session_store {
public:
    /// From now on the sessions that `context`'s connections receive arrive here.
    void attach(SSL_CTX* context);

    /// Offers a session to the connection that is about to shake hands; nothing where there is none.
    void offer_to(SSL* connection);

    /// Forgets all: after a failed handshake that had offered one.
    void clear() noexcept { sessions_.clear(); }

    std::size_t size() const noexcept { return sessions_.size(); }

private:
    struct release {
        void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
    };
    static int on_new_session(SSL* connection, SSL_SESSION* session);

    std::deque<std::unique_ptr<SSL_SESSION, release>> sessions_;  ///< oldest first
};

}  // namespace cardresolver::net
