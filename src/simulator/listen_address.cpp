#include "simulator/listen_address.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace cardresolver::simulator {
namespace {

bool is_port(std::string_view text) noexcept {
    std::uint16_t port = 0;  // from_chars refuses what does not fit
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    return error == std::errc{} && stop == end;
}

}  // namespace

listen_address parse_listen_address(const std::string& text) {
    const auto colon = text.rfind(':');
    const auto port = colon == std::string::npos ? std::string() : text.substr(colon + 1);
    auto host = text.substr(0, std::min(colon, text.size()));
    const bool has_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (!is_port(port) || (!has_brackets && host.find(':') != std::string::npos)) {
        throw std::runtime_error("cannot listen on '" + text + "': write ADDRESS:PORT");
    }
    if (has_brackets) host = host.substr(1, host.size() - 2);
    return {host.empty() ? "127.0.0.1" : host, port};
}

std::string make_url(std::string_view scheme, std::string_view address, std::uint16_t port) {
    const bool is_v6 = address.find(':') != std::string_view::npos;
    std::string url(scheme);
    url.append("://").append(is_v6 ? "[" : "").append(address).append(is_v6 ? "]:" : ":");
    return url.append(std::to_string(port));
}

}  // namespace cardresolver::simulator
