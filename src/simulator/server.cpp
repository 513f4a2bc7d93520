// The sockets of the simulator: reads requests, lets `responder` decide, carries its decision out.
//
// All of it runs on one thread of its own. One coroutine serves one connection. To stop, all sockets and
// timers are closed and every coroutine comes to its end before the thread does, so nothing is left to
// destroy.
#include "simulator/certificate.hpp"
#include "simulator/http_request.hpp"
#include "simulator/listen_address.hpp"
#include "simulator/responder.hpp"
#include "simulator/simulator.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace cardresolver::simulator {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using executor = asio::io_context::executor_type;
template <class T>
using task = asio::awaitable<T, executor>;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tls_stream = asio::ssl::stream<tcp_socket>;
using acceptor = asio::basic_socket_acceptor<tcp, executor>;
using steady_timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                                asio::wait_traits<std::chrono::steady_clock>, executor>;
constexpr asio::as_tuple_t<asio::use_awaitable_t<executor>> use_tuple{};

/// One that can be closed from outside its coroutine.
class open_connection {
public:
    open_connection() = default;
    virtual ~open_connection() = default;
    open_connection(const open_connection&) = delete;
    open_connection& operator=(const open_connection&) = delete;
    virtual void close() noexcept = 0;
};

/// What all connections share. Server thread only.
struct shared_state {
    explicit shared_state(const settings& settings) : carrier(settings) {}

    responder carrier;
    std::unordered_set<open_connection*> connections;
    bool stopping = false;
};

tcp_socket& socket_of(tcp_socket& stream) noexcept {
    return stream;
}
tcp_socket& socket_of(tls_stream& stream) noexcept {
    return stream.next_layer();
}

task<bool> async_greet(tcp_socket& /*stream*/) {
    co_return true;
}

task<bool> async_greet(tls_stream& stream) {
    // Asio frees OpenSSL's buffers after every record; a busy connection keeps them.
    SSL_clear_mode(stream.native_handle(), SSL_MODE_RELEASE_BUFFERS);
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, use_tuple);
    co_return !error;
}

task<void> async_say_goodbye(tcp_socket& /*stream*/) {
    co_return;
}

task<void> async_say_goodbye(tls_stream& stream) {
    // Whether the peer answers with its own farewell does not matter: the socket is closed next.
    const auto [error] = co_await stream.async_shutdown(use_tuple);
    static_cast<void>(error);
}

/// A connection and what its coroutine does. `Stream`: `tcp_socket` or `tls_stream`.
template <class Stream>
class connection final : public open_connection {
public:
    connection(Stream stream, shared_state& shared)
        : stream_(std::move(stream)),
          timer_(socket_of(stream_).get_executor()),
          shared_(shared),
          input_(first_input_size) {
        error_code ignored;
        socket_of(stream_).set_option(tcp::no_delay(true), ignored);
        shared_.connections.insert(this);
    }
    ~connection() override { shared_.connections.erase(this); }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    void close() noexcept override {
        error_code ignored;
        socket_of(stream_).close(ignored);
        timer_.cancel();
    }

    /// Serves until either side closes.
    task<void> async_serve() {
        const bool is_open = co_await async_greet(stream_);
        if (!is_open) co_return;
        for (;;) {
            const auto received = co_await async_receive();
            if (received.state == parse_state::incomplete) co_return;
            if (received.state == parse_state::malformed) {
                shared_.carrier.respond_to_garbage(now(), reply_);
            } else {
                const auto waiting = shared_.carrier.delays_of(received.request);
                co_await async_wait(waiting.before);
                shared_.carrier.respond(received.request, now(), reply_);
                co_await async_wait(waiting.after);
            }
            if (shared_.stopping) co_return;
            const bool goes_on = co_await async_deliver();
            if (!goes_on) co_return;
            consume(received.consumed);
        }
    }

private:
    static constexpr std::size_t first_input_size = head_limit + 4096;
    static constexpr std::size_t last_input_size = head_limit + body_limit + 4096;

    static moment now() { return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()}; }

    /// Reads until a request is complete or malformed; `incomplete` where the peer has gone.
    task<parse_result> async_receive() {
        bool has_continued = false;
        for (;;) {
            const auto parsed = parse_request({input_.data(), input_used_});
            if (parsed.state != parse_state::incomplete) co_return parsed;
            if (parsed.expects_continue && !has_continued) {
                has_continued = true;
                const bool sent = co_await async_send("HTTP/1.1 100 Continue\r\n\r\n");
                if (!sent) co_return parsed;
            }
            // The parser's limits end every request before this buffer is full.
            if (input_used_ == input_.size()) input_.resize(last_input_size);
            const auto space = asio::buffer(input_) + input_used_;
            const auto [error, size] = co_await stream_.async_read_some(space, use_tuple);
            if (error) co_return parse_result();
            input_used_ += size;
        }
    }

    task<bool> async_send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto rest = asio::buffer(bytes);
            const auto [error, size] = co_await stream_.async_write_some(rest, use_tuple);
            if (error) co_return false;
            bytes.remove_prefix(size);
        }
        co_return true;
    }

    /// Whether the connection goes on.
    task<bool> async_deliver() {
        switch (reply_.how) {
            case delivery::whole: {
                const bool sent = co_await async_send(reply_.bytes.view());
                if (sent && reply_.close) co_await async_leave();
                co_return sent && !reply_.close;
            }
            case delivery::cut_off:
                co_await async_send(reply_.bytes.view());
                break;
            case delivery::reset: {
                error_code ignored;
                socket_of(stream_).set_option(asio::socket_base::linger(true, 0), ignored);
                break;
            }
            case delivery::stall:
                co_await async_drain();
                break;
        }
        close();
        co_return false;
    }

    /// Closes in good order: a socket closed over unread bytes would be reset, and the reply lost with it.
    task<void> async_leave() {
        co_await async_say_goodbye(stream_);
        error_code ignored;
        socket_of(stream_).shutdown(tcp::socket::shutdown_send, ignored);
        co_await async_drain();
    }

    /// Reads and forgets until the peer closes.
    task<void> async_drain() {
        for (;;) {
            const auto space = asio::buffer(input_);
            const auto [error, size] = co_await socket_of(stream_).async_read_some(space, use_tuple);
            static_cast<void>(size);
            if (error) co_return;
        }
    }

    task<void> async_wait(std::chrono::nanoseconds time) {
        if (time.count() <= 0 || shared_.stopping) co_return;
        timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(time));
        const auto [error] = co_await timer_.async_wait(use_tuple);
        static_cast<void>(error);
    }

    void consume(std::size_t size) noexcept {
        input_used_ -= size;
        if (input_used_ > 0) std::memmove(input_.data(), input_.data() + size, input_used_);
    }

    Stream stream_;
    steady_timer timer_;
    shared_state& shared_;
    std::vector<char> input_;
    std::size_t input_used_ = 0;
    reply reply_;
};

template <class Stream>
task<void> async_serve(std::unique_ptr<connection<Stream>> served) {
    co_await served->async_serve();
}

/// Nothing that runs here throws but for want of memory: that ends the process rather than be passed over.
void end_on_exception(const std::exception_ptr& error) {
    if (error) std::terminate();
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
}

}  // namespace

/// The listening socket, the thread and the rest of the server.
class server::implementation {
public:
    explicit implementation(const settings& settings)
        : plaintext_(settings.plaintext), shared_(settings), acceptor_(context_), pause_(context_) {
        listen(settings.listen);
        if (!plaintext_) {
            make_tls();
            if (!settings.ca_out.empty()) write_file(settings.ca_out, ca_pem_);
        }
        asio::co_spawn(context_, async_accept_all(), end_on_exception);
        thread_ = std::thread([this] { context_.run(); });
    }

    ~implementation() {
        asio::post(context_, [this] { stop(); });
        thread_.join();
    }
    implementation(const implementation&) = delete;
    implementation& operator=(const implementation&) = delete;

    const std::string& url() const noexcept { return url_; }
    const std::string& ca_pem() const noexcept { return ca_pem_; }

private:
    void listen(const std::string& where) {
        const auto address = parse_listen_address(where);
        error_code error;
        tcp::resolver resolver(context_);
        const auto found = resolver.resolve(address.host, address.port,
                                            tcp::resolver::passive | tcp::resolver::numeric_service, error);
        tcp::endpoint endpoint;
        if (!error) {
            endpoint = found.begin()->endpoint();
            acceptor_.open(endpoint.protocol(), error);
        }
        if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
        if (!error) acceptor_.bind(endpoint, error);
        if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
        if (!error) endpoint = acceptor_.local_endpoint(error);
        if (error) throw std::runtime_error("cannot listen on " + where + ": " + error.message());
        address_ = endpoint.address().to_string();
        url_ = make_url(plaintext_ ? "http" : "https", address_, endpoint.port());
    }

    void make_tls() {
        std::vector<std::string> addresses{"127.0.0.1", "::1"};
        if (address_ != addresses[0] && address_ != addresses[1]) addresses.push_back(address_);
        auto identity = make_identity(addresses);
        tls_.use_certificate(asio::buffer(identity.certificate), asio::ssl::context::pem);
        tls_.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
        auto* const native = tls_.native_handle();
        SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
        SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
        // Clients resume by tickets, which need no memory here.
        SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
        ca_pem_ = std::move(identity.ca);
    }

    task<void> async_accept_all() {
        while (!shared_.stopping) {
            tcp_socket socket(context_);
            const auto [error] = co_await acceptor_.async_accept(socket, use_tuple);
            if (shared_.stopping) co_return;
            if (error) {
                // Out of descriptors, for one: trying again at once would spin.
                pause_.expires_after(std::chrono::milliseconds(50));
                const auto [ignored] = co_await pause_.async_wait(use_tuple);
                static_cast<void>(ignored);
            } else if (plaintext_) {
                start_serving(std::move(socket));
            } else {
                start_serving(tls_stream(std::move(socket), tls_));
            }
        }
    }

    template <class Stream>
    void start_serving(Stream stream) {
        auto served = std::make_unique<connection<Stream>>(std::move(stream), shared_);
        asio::co_spawn(context_, async_serve(std::move(served)), end_on_exception);
    }

    void stop() {
        shared_.stopping = true;
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        for (auto* const connection : shared_.connections) {
            connection->close();
        }
    }

    bool plaintext_;
    shared_state shared_;
    asio::io_context context_{1};
    asio::ssl::context tls_{asio::ssl::context::tls_server};
    acceptor acceptor_;
    steady_timer pause_;
    std::string url_;
    std::string address_;
    std::string ca_pem_;
    std::thread thread_;
};

server::server(const settings& settings) : implementation_(std::make_unique<implementation>(settings)) {}

server::~server() = default;

const std::string& server::url() const noexcept {
    return implementation_->url();
}

const std::string& server::ca_pem() const noexcept {
    return implementation_->ca_pem();
}

}  // namespace cardresolver::simulator
