#include "net/session_store.hpp"

namespace cardresolver::net {
namespace {

constexpr std::size_t most_sessions = 64;

// Not the application data of the context: Asio deletes what it finds there.
int context_index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

}  // namespace

void session_store::attach(SSL_CTX* context) {
    SSL_CTX_set_ex_data(context, context_index(), this);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    // The callback, and not a look after the handshake: TLS 1.3 tickets come later (RFC 8446 section 4.6.1).
    SSL_CTX_sess_set_new_cb(context, &session_store::on_new_session);
}

int session_store::on_new_session(SSL* connection, SSL_SESSION* session) {
    auto* const self =
        static_cast<session_store*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), context_index()));
    self->sessions_.emplace_back(session);
    if (self->sessions_.size() > most_sessions) self->sessions_.pop_front();
    return 1;  // the reference is ours now
}

void session_store::offer_to(SSL* connection) {
    while (!sessions_.empty() && SSL_SESSION_is_resumable(sessions_.back().get()) != 1)
        sessions_.pop_back();
    if (sessions_.empty()) return;
    SSL_set_session(connection, sessions_.back().get());
    // A ticket of TLS 1.3 should be used once (RFC 8446 appendix C.4); the last one is kept all the same,
    // because many servers send none on a resumed connection that is closed early.
    const bool use_once = SSL_SESSION_get_protocol_version(sessions_.back().get()) >= TLS1_3_VERSION;
    if (use_once && sessions_.size() > 1) sessions_.pop_back();
}

}  // namespace cardresolver::net
