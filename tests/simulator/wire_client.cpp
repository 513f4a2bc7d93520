#include "simulator/wire_client.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace cardresolver::simulator::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    throw std::runtime_error(what + ": " + text.data());
}

template <class Address>
void connect_or_throw(int descriptor, const Address& address) {
    // The socket interface takes every kind of address by a pointer to sockaddr.
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect");
    }
}

int connect_to(const std::string& url) {
    const auto host_start = url.find("//") + 2;
    const auto colon = url.rfind(':');
    const auto port = static_cast<std::uint16_t>(std::stoul(url.substr(colon + 1)));
    auto host = url.substr(host_start, colon - host_start);
    const bool is_v6 = host.front() == '[';
    if (is_v6) host = host.substr(1, host.size() - 2);
    const int descriptor = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{20, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (is_v6) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port);
        ::inet_pton(AF_INET6, host.c_str(), &address.sin6_addr);
        connect_or_throw(descriptor, address);
    } else {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
        connect_or_throw(descriptor, address);
    }
    return descriptor;
}

}  // namespace

struct wire_client::connection {
    int descriptor = -1;
    SSL_CTX* context = nullptr;
    SSL* tls = nullptr;

    connection() = default;
    ~connection() {
        SSL_free(tls);
        SSL_CTX_free(context);
        ::close(descriptor);
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    void start_tls(const std::string& ca_pem, const std::string& name) {
        context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        BIO* const memory = BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size()));
        X509* const ca = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
        X509_free(ca);
        BIO_free(memory);
        auto* const parameters = SSL_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
        X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        const bool is_ip = X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1;
        if (!is_ip) X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size());
        ERR_clear_error();
        tls = SSL_new(context);
        SSL_set_fd(tls, descriptor);
        if (SSL_connect(tls) != 1) fail("handshake");
    }
};

wire_client::wire_client(const std::string& url, const std::string& ca_pem, const std::string& name)
    : connection_(std::make_unique<connection>()) {
    connection_->descriptor = connect_to(url);
    if (url.starts_with("https:")) connection_->start_tls(ca_pem, name);
}

wire_client::~wire_client() = default;

void wire_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        long written = 0;
        if (connection_->tls != nullptr) {
            written = SSL_write(connection_->tls, bytes.data(), static_cast<int>(bytes.size()));
        } else {
            written = ::send(connection_->descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        }
        if (written <= 0) throw std::runtime_error("cannot send");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

bool wire_client::read_more() {
    std::array<char, 16384> space{};
    if (connection_->tls == nullptr) {
        const auto size = ::recv(connection_->descriptor, space.data(), space.size(), 0);
        if (size < 0 && errno == EAGAIN) throw std::runtime_error("the server does not answer");
        if (size < 0) end_ = wire_end::reset;
        if (size == 0) end_ = wire_end::closed;
        if (size > 0) input_.append(space.data(), static_cast<std::size_t>(size));
        return size > 0;
    }
    ERR_clear_error();
    errno = 0;
    const int size = SSL_read(connection_->tls, space.data(), static_cast<int>(space.size()));
    if (size > 0) {
        input_.append(space.data(), static_cast<std::size_t>(size));
        return true;
    }
    const int saved = errno;
    const int error = SSL_get_error(connection_->tls, size);
    if (saved == EAGAIN) throw std::runtime_error("the server does not answer");
    if (error == SSL_ERROR_ZERO_RETURN) {
        end_ = wire_end::closed;
    } else {
        end_ = saved == ECONNRESET ? wire_end::reset : wire_end::truncated;
    }
    return false;
}

wire_reply wire_client::receive() {
    wire_reply reply;
    std::size_t head_end = 0;
    while ((head_end = input_.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more()) return reply;
    }
    reply.head = input_.substr(0, head_end + 2);
    input_.erase(0, head_end + 4);
    constexpr std::string_view field = "\r\nContent-Length: ";
    const auto place = reply.head.find(field);
    const auto length = place == std::string::npos ? 0 : std::stoul(reply.head.substr(place + field.size()));
    while (input_.size() < length) {
        if (!read_more()) {
            reply.body = std::move(input_);
            return reply;
        }
    }
    reply.body = input_.substr(0, length);
    input_.erase(0, length);
    reply.complete = true;
    return reply;
}

wire_reply wire_client::exchange(std::string_view request) {
    send(request);
    return receive();
}

wire_end wire_client::wait_for_end() {
    while (end_ == wire_end::none) {
        read_more();
    }
    return end_;
}

bool wire_client::has_bytes() const {
    pollfd look{connection_->descriptor, POLLIN, 0};
    return !input_.empty() || ::poll(&look, 1, 0) > 0;
}

}  // namespace cardresolver::simulator::test
