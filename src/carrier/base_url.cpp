#include "carrier/base_url.hpp"

#include <algorithm>
#include <charconv>

namespace cardresolver::carrier {
namespace {

constexpr std::uint16_t default_port(bool tls) {
    return tls ? 443 : 80;
}

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool consume_scheme(std::string_view& text, std::string_view scheme) {
    if (text.size() < scheme.size()) return false;
    if (!std::equal(scheme.begin(), scheme.end(), text.begin(),
                    [](char a, char b) { return a == to_lower(b); })) {
        return false;
    }
    text.remove_prefix(scheme.size());
    return true;
}

bool is_url_character(char c) {
    constexpr std::string_view others = "-._~!$&'()*+,;=:@%/[]";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
}

bool is_host_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '_';
}

bool is_ipv6_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

/// Splits "host:port" or "[::1]:port"; `port` stays empty where none is given.
bool split_authority(std::string_view authority, std::string_view& host, std::string_view& port) {
    if (!authority.empty() && authority.front() == '[') {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return false;
        host = authority.substr(1, end - 1);
        authority.remove_prefix(end + 1);
        if (authority.empty()) return std::all_of(host.begin(), host.end(), is_ipv6_character);
        if (authority.front() != ':') return false;
        port = authority.substr(1);
        return !port.empty() && std::all_of(host.begin(), host.end(), is_ipv6_character);
    }
    const auto colon = authority.find(':');
    host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
        port = authority.substr(colon + 1);
        if (port.empty()) return false;
    }
    return std::all_of(host.begin(), host.end(), is_host_character);
}

}  // namespace

std::string base_url::host_field() const {
    std::string field = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != default_port(tls)) field += ":" + std::to_string(port);
    return field;
}

std::optional<base_url> parse_base_url(std::string_view text, std::string& error) {
    base_url url;
    if (consume_scheme(text, "https://")) {
        url.tls = true;
    } else if (consume_scheme(text, "http://")) {
        url.tls = false;
    } else {
        error = "it must start with https:// (or http:// together with --allow-plaintext)";
        return std::nullopt;
    }
    if (!std::all_of(text.begin(), text.end(), is_url_character)) {
        error = "it may hold no blanks, control characters, query ('?') or fragment ('#')";
        return std::nullopt;
    }
    const auto slash = text.find('/');
    const auto authority = text.substr(0, slash);
    if (authority.find('@') != std::string_view::npos) {
        error = "it may not hold a user name or password";
        return std::nullopt;
    }
    std::string_view host;
    std::string_view port;
    if (!split_authority(authority, host, port) || host.empty()) {
        error = "its host is not a name, an IPv4 address or an IPv6 address in brackets";
        return std::nullopt;
    }
    url.host.resize(host.size());
    std::transform(host.begin(), host.end(), url.host.begin(), to_lower);
    url.port = default_port(url.tls);
    if (!port.empty()) {
        const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), url.port);
        if (ec != std::errc{} || end != port.data() + port.size() || url.port == 0) {
            error = "its port must be 1 to 65535";
            return std::nullopt;
        }
    }
    if (slash != std::string_view::npos) url.path_prefix = text.substr(slash);
    while (!url.path_prefix.empty() && url.path_prefix.back() == '/')
        url.path_prefix.pop_back();
    return url;
}

}  // namespace cardresolver::carrier
