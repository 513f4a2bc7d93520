#include "net/test_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/completion_condition.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <csignal>
#include <stdexcept>
#include <utility>

namespace cardresolver::net::testing {
namespace {

void rethrow(const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

/// The parameters of a group, with a key that is not used.
EVP_PKEY* make_dh_key(const char* group) {
    auto* const making = EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_keygen_init(making);
    EVP_PKEY_CTX_set_group_name(making, group);
    EVP_PKEY_generate(making, &key);
    EVP_PKEY_CTX_free(making);
    return key;
}

}  // namespace

std::shared_ptr<asio::ssl::context> make_server_context(const server_tls& plan) {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    auto* const native = context->native_handle();
    SSL_CTX_set_security_level(native, 0);
    SSL_CTX_set_cipher_list(native, plan.ciphers.c_str());
    SSL_CTX_set_min_proto_version(native, plan.least_version);
    SSL_CTX_set_max_proto_version(native, plan.most_version);
    if (plan.own != nullptr && (SSL_CTX_use_certificate(native, plan.own->certificate()) != 1 ||
                                SSL_CTX_use_PrivateKey(native, plan.own->key()) != 1)) {
        throw std::runtime_error("the test server cannot use its certificate");
    }
    if (plan.dh_group != nullptr) SSL_CTX_set0_tmp_dh_pkey(native, make_dh_key(plan.dh_group));
    for (const auto* const link : plan.chain)
        SSL_CTX_add1_chain_cert(native, link->certificate());
    SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>("test"), 4);
    return context;
}

task<bool> peer::async_shake_hands(asio::ssl::context& context) {
    tls.emplace(std::move(plain), context);
    const auto [ec] = co_await tls->async_handshake(asio::ssl::stream_base::server, use_tuple);
    co_return !ec;
}

task<std::string> peer::async_read_request() {
    const auto buffer = asio::dynamic_buffer(unread);
    std::size_t size = 0;
    if (tls) {
        const auto [ec, bytes] = co_await asio::async_read_until(*tls, buffer, "\r\n\r\n", use_tuple);
        size = ec ? unread.size() : bytes;
    } else {
        const auto [ec, bytes] = co_await asio::async_read_until(plain, buffer, "\r\n\r\n", use_tuple);
        size = ec ? unread.size() : bytes;
    }
    auto request = unread.substr(0, size);
    unread.erase(0, size);
    co_return request;
}

task<void> peer::async_read_some() {
    const auto buffer = asio::dynamic_buffer(unread);
    const auto enough = asio::transfer_at_least(1);
    co_await asio::async_read(plain, buffer, enough, use_tuple);
}

task<void> peer::async_write(std::string_view bytes) {
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    if (tls) {
        co_await asio::async_write(*tls, buffer, use_tuple);
    } else {
        co_await asio::async_write(plain, buffer, use_tuple);
    }
}

void peer::finish() {
    // The answering close_notify is not waited for: ours has been written before it would be read.
    if (tls) {
        boost::system::error_code ignored;
        tls->next_layer().non_blocking(true, ignored);
        tls->shutdown(ignored);
    }
    cut();
}

void peer::cut() {
    boost::system::error_code ignored;
    socket().shutdown(tcp_socket::shutdown_send, ignored);
}

void peer::reset() {
    socket().set_option(asio::socket_base::linger(true, 0));
    socket().close();
}

test_server::test_server(asio::io_context& context, script each, const server_tls* tls)
    : context_(context),
      tls_(tls != nullptr ? make_server_context(*tls) : nullptr),
      script_(std::move(each)),
      acceptor_(context.get_executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    std::signal(SIGPIPE, SIG_IGN);  // of Asio's own TLS stream
    asio::co_spawn(context_.get_executor(), async_accept(), rethrow);
}

test_server::~test_server() {
    *alive_ = false;
}

task<void> test_server::async_accept() {
    const auto alive = alive_;
    for (;;) {
        auto [ec, accepted_socket] = co_await acceptor_.async_accept(use_tuple);
        if (!*alive || ec) co_return;
        ++accepted;
        accepted_socket.set_option(tcp::no_delay(true));
        asio::co_spawn(context_.get_executor(), async_serve(std::move(accepted_socket)), rethrow);
    }
}

task<void> test_server::async_serve(tcp_socket accepted_socket) {
    peer client(std::move(accepted_socket));
    if (tls_) {
        const bool good = co_await client.async_shake_hands(*tls_);
        if (!good) co_return;
        ++handshakes;
    }
    co_await script_(client);
}

}  // namespace cardresolver::net::testing
