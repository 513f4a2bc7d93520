#include "net/connection.hpp"

#include "net/connection_implementation.hpp"
#include "net/exchange.hpp"
#include "net/socket_options.hpp"

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <utility>

namespace cardresolver::net {
namespace {

card::failure not_open() {
    return card::failure(card::failure_stage::connect, card::failure_kind::closed,
                         "the connection is not open");
}

}  // namespace

connection::connection(client& owner) : implementation_(std::make_unique<implementation>(*owner.state_)) {}
connection::~connection() = default;

task<std::optional<card::failure>> connection::async_open() {
    return implementation_->async_open();
}
task<exchange_result> connection::async_exchange(std::string_view request) {
    return implementation_->async_exchange(request);
}
bool connection::is_open() const noexcept {
    return implementation_->is_open();
}
peer_facts connection::peer() const {
    return implementation_->peer();
}
bool connection::check_alive() noexcept {
    return implementation_->check_alive();
}
void connection::close() noexcept {
    implementation_->close();
}

connection::implementation::operation_scope::operation_scope(implementation& connection)
    : connection_(connection) {
    connection_.busy_ = true;
    connection_.ended_ = interruption::none;
}

connection::implementation::operation_scope::~operation_scope() {
    connection_.busy_ = false;
    connection_.deadline_.disarm();
    if (!connection_.is_open()) connection_.release();
}

connection::implementation::implementation(client::shared_state& owner)
    : client_(owner),
      deadline_(owner.loop,
                [this] {
                    if (ended_ == interruption::none) ended_ = interruption::deadline;
                    interrupt();
                }),
      wake_(owner.loop),
      reader_(owner.settings.reply_limit, owner.buffers) {}

connection::implementation::~implementation() {
    release();
}

task<exchange_result> connection::implementation::async_exchange(std::string_view request) {
    const auto begin = clock::now();
    if (!is_open()) co_return conclude(not_open(), begin);
    const operation_scope scope(*this);
    const bool carried_before = exchanges_ != 0;
    reader_.start(reply_reader::expects::reply);
    deadline_.arm(begin + client_.settings.request_timeout);
    maybe_failure failed;
    // A request that is given up, or whose process is killed, shall not arrive long after: its permit would
    // be somebody else's by then.
    if (exchanges_ == 0) reset_on_close(socket().native_handle());
    is_unanswered_ = true;
    if (tls_) {
        failed = co_await net::async_exchange(*tls_, reader_, request, ended_, carried_before);
    } else {
        failed = co_await net::async_exchange(*plain_, reader_, request, ended_, carried_before);
    }
    co_return conclude(std::move(failed), begin);
}

/// Not part of the coroutine, whose frame would have room for all of it.
exchange_result connection::implementation::conclude(maybe_failure failed, clock::time_point begin) {
    const auto now = clock::now();
    open_ = !failed && reader_.allows_reuse();
    if (failed) return {std::move(*failed), begin, now};
    is_unanswered_ = false;
    ++exchanges_;
    return {reply(), begin, now};
}

http_reply connection::implementation::reply() const noexcept {
    http_reply whole;
    whole.status = reader_.status();
    whole.body = reader_.body();
    whole.retry_after = reader_.retry_after();
    whole.date = reader_.date();
    whole.content_encoding = reader_.content_encoding();
    return whole;
}

peer_facts connection::implementation::peer() {
    peer_facts facts;
    facts.address = peer_address_;
    facts.certificate = certificate_.own;
    if (!tls_) return facts;
    auto* const native = tls_->native_handle();
    facts.tls_version = SSL_get_version(native);
    facts.certificate = describe_certificate(native);
    return facts;
}

bool connection::implementation::check_alive() noexcept {
    if (busy_ || !is_open()) return false;
    if (is_silent()) return true;
    release();
    return false;
}

/// Whether the peer has sent nothing since the last reply: no end, no error, no byte that nobody asked for.
///
/// Under TLS, bytes on the socket are no evidence, because session tickets and key updates come unasked
/// (RFC 8446 section 4.6) and look like data from outside. So one read goes through the TLS layer, which
/// takes those in; the socket is non-blocking, and only "nothing to read" is silence.
bool connection::implementation::is_silent() noexcept {
    std::array<char, 1> unasked{};
    if (!tls_) {
        const auto size = ::recv(plain_->native_handle(), unasked.data(), 1, MSG_PEEK | MSG_DONTWAIT);
        return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
    boost::system::error_code ec;
    const auto size = tls_->read_some(asio::buffer(unasked), ec);
    return size == 0 && ec == asio::error::would_block;
}

void connection::implementation::close() noexcept {
    if (!busy_) {
        release();
        return;
    }
    ended_ = interruption::closing;
    interrupt();
}

/// Makes the operation under way fail; who calls has said why in `ended_`. The streams stay until it has.
void connection::implementation::interrupt() noexcept {
    wake_.cancel();
    close_socket();
}

void connection::implementation::close_socket() noexcept {
    if ((!tls_ && !plain_) || !socket().is_open()) return;
    const int descriptor = socket().native_handle();
    if (std::erase(client_.open_descriptors, descriptor) != 0) {
        const auto traffic = traffic_of(descriptor);
        client_.closed_totals.bytes_sent += traffic.sent;
        client_.closed_totals.bytes_received += traffic.received;
    }
    if (!is_unanswered_) finish_on_close(descriptor);
    boost::system::error_code ignored;
    socket().close(ignored);
}

void connection::implementation::release() noexcept {
    open_ = false;
    deadline_.cancel();
    close_socket();
    if (tls_) {
        // OpenSSL throws the session of a connection away that was freed without a shutdown, and with it
        // every later resumption. Nobody is waited for: the socket has gone.
        SSL_set_shutdown(tls_->native_handle(), SSL_SENT_SHUTDOWN);
        tls_.reset();
    }
    plain_.reset();
}

}  // namespace cardresolver::net
