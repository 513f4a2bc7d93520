#include "simulator/parameters.hpp"

#include <cstddef>

namespace cardresolver::simulator {
namespace {

/// The value of a hexadecimal digit; -1: it is none.
constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The character of an escape at the start of `text`; -1: it is broken.
constexpr int escaped_character(std::string_view text) noexcept {
    if (text.size() < 3) return -1;
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

void parameters::clear() noexcept {
    entries_.clear();
    decoded_.clear();
    has_broken_escape_ = false;
}

void parameters::read(std::string_view encoded) {
    while (!encoded.empty()) {
        const auto ampersand = encoded.find('&');
        const auto pair = encoded.substr(0, ampersand);
        encoded.remove_prefix(ampersand == std::string_view::npos ? encoded.size() : ampersand + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        const auto name = decode(pair.substr(0, equals));
        entries_.push_back({name, decode(value)});
    }
}

std::string_view parameters::decode(std::string_view encoded) {
    // The usual request has no escape: nothing is copied then. (`find` is memchr, `find_first_of` is a loop.)
    constexpr auto none = std::string_view::npos;
    if (encoded.find('%') == none && encoded.find('+') == none) return encoded;
    std::string text;
    text.reserve(encoded.size());
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (encoded[i] == '%') {
            const int character = escaped_character(encoded.substr(i));
            if (character < 0) {
                has_broken_escape_ = true;
                return encoded;
            }
            text.push_back(static_cast<char>(character));
            i += 2;
        } else {
            text.push_back(encoded[i] == '+' ? ' ' : encoded[i]);
        }
    }
    return decoded_.emplace_back(std::move(text));
}

}  // namespace cardresolver::simulator
