#include "net/client.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace cardresolver::net {
namespace {

/// RFC 4648 section 4.
std::string base64(std::string_view bytes) {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            out += i <= group.size() ? alphabet[bits >> (18 - 6 * i) & 63U] : '=';
        }
    }
    return out;
}

/// RFC 3986 section 2.1. False: a broken escape.
bool percent_decode(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto digits = text.substr(i + 1, 2);
        unsigned value = 0;
        const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() != 2 || ec != std::errc{} || end != digits.data() + digits.size()) return false;
        out += static_cast<char>(value);
        i += 2;
    }
    return true;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20U || c == 0x7fU; });
}

/// Basic credentials (RFC 7617 section 2): a user name holds no colon, neither part a control character.
bool read_credentials(std::string_view userinfo, proxy_settings& out, std::string& error) {
    const auto colon = userinfo.find(':');
    std::string user;
    std::string password;
    if (!percent_decode(userinfo.substr(0, colon), user) ||
        (colon != std::string_view::npos && !percent_decode(userinfo.substr(colon + 1), password))) {
        error = "the proxy URL has a broken % escape before the @";
        return false;
    }
    if (user.empty() || user.find(':') != std::string::npos || has_control(user) || has_control(password)) {
        error = "the proxy URL has a user name or password that HTTP cannot carry";
        return false;
    }
    out.authorization = "Basic " + base64(user + ":" + password);
    return true;
}

bool read_port(std::string_view digits, std::uint16_t& port) {
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return ec == std::errc{} && end == digits.data() + digits.size() && port != 0;
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

bool read_host_and_port(std::string_view authority, proxy_settings& out, std::string& error) {
    std::string_view host;
    std::string_view rest;
    bool valid = true;
    if (authority.starts_with('[')) {
        const auto bracket = authority.find(']');
        valid = bracket != std::string_view::npos;
        host = authority.substr(1, valid ? bracket - 1 : 0);
        rest = valid ? authority.substr(bracket + 1) : std::string_view{};
        valid = valid && host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
    } else {
        host = authority.substr(0, authority.find(':'));
        rest = authority.substr(host.size());
        valid = std::all_of(host.begin(), host.end(), is_host_character);
    }
    if (!valid || host.empty()) {
        error = "the proxy URL names no valid host";
        return false;
    }
    if (!rest.empty() && (rest.front() != ':' || !read_port(rest.substr(1), out.port))) {
        error = "the proxy URL has no valid port (1 to 65535)";
        return false;
    }
    out.host = host;
    return true;
}

}  // namespace

std::optional<proxy_settings> parse_proxy_url(std::string_view url, std::string& error) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) {
        error = "the proxy URL must begin with http://";
        return std::nullopt;
    }
    auto authority = url.substr(scheme.size());
    if (authority.ends_with('/')) authority.remove_suffix(1);
    if (authority.find_first_of("/?#") != std::string_view::npos) {
        error = "the proxy URL must end after the port";
        return std::nullopt;
    }
    proxy_settings proxy;
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        if (!read_credentials(authority.substr(0, at), proxy, error)) return std::nullopt;
        authority.remove_prefix(at + 1);
    }
    if (!read_host_and_port(authority, proxy, error)) return std::nullopt;
    return proxy;
}

}  // namespace cardresolver::net
