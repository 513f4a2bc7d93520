#include "net/socket_options.hpp"

#include <linux/in.h>
#include <linux/tcp.h>
#include <sys/socket.h>

namespace cardresolver::net {
namespace {

template <class T>
void set_option(int descriptor, int level, int name, T value) noexcept {
    (void)::setsockopt(descriptor, level, name, &value, sizeof value);
}

}  // namespace

socket_traffic traffic_of(int descriptor) noexcept {
    tcp_info info{};
    socklen_t length = sizeof info;
    if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return {};
    return {info.tcpi_bytes_acked, info.tcpi_bytes_received};
}

void tune_socket(int descriptor, std::chrono::milliseconds user_timeout) noexcept {
    set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, 30);
    set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<unsigned>(user_timeout.count()));
}

void reset_on_close(int descriptor) noexcept {
    set_option(descriptor, SOL_SOCKET, SO_LINGER, linger{1, 0});
}

void finish_on_close(int descriptor) noexcept {
    set_option(descriptor, SOL_SOCKET, SO_LINGER, linger{0, 0});
}

void share_local_port(int descriptor) noexcept {
    set_option(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
}

}  // namespace cardresolver::net
