#include "database/postgres_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cardresolver::database {
namespace {

constexpr std::array<std::string_view, 2> schemes{"postgresql:", "postgres:"};
constexpr std::array<std::string_view, 2> secret_parameters{"password", "sslpassword"};

/// Visits each `name=value` behind the question mark.
template <class Visit>
void for_each_parameter(std::string_view text, Visit visit) {
    const auto mark = text.find('?');
    if (mark == std::string_view::npos) return;
    text.remove_prefix(mark + 1);
    while (!text.empty()) {
        const auto one = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), one.size() + 1));
        const auto name = one.substr(0, one.find('='));
        visit(one, name, one.substr(std::min(one.size(), name.size() + 1)));
    }
}

std::string decode(std::string_view text) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned value = 0;
        const auto digits = text.substr(at + 1, 2);
        const auto* const end = digits.data() + digits.size();
        const bool is_escape = text[at] == '%' && digits.size() == 2 &&
                               std::from_chars(digits.data(), end, value, 16).ptr == end;
        decoded += is_escape ? static_cast<char>(value) : text[at];
        if (is_escape) at += 2;
    }
    return decoded;
}

/// `user:password@host` as `user@host`.
std::string without_password(std::string_view text) {
    const auto at = text.rfind('@');
    const auto slashes = text.find("//");
    if (at == std::string_view::npos || slashes == std::string_view::npos || at < slashes)
        return std::string(text);
    const auto user = text.substr(0, at);
    const auto colon = user.find(':', slashes);
    return std::string(user.substr(0, colon)).append(text.substr(at));
}

}  // namespace

bool is_postgres_url(std::string_view text) noexcept {
    return std::any_of(schemes.begin(), schemes.end(),
                       [text](std::string_view scheme) { return text.starts_with(scheme); });
}

postgres_url parse_postgres_url(std::string_view text) {
    postgres_url url;
    const auto place = text.substr(0, text.find('?'));
    url.conninfo = place;
    url.name = without_password(place);
    char separator = '?';
    for_each_parameter(text, [&](std::string_view whole, std::string_view name, std::string_view value) {
        if (name == "table") {
            url.table = decode(value);
        } else if (name == "query") {
            url.query = decode(value);
        } else if (!whole.empty()) {
            url.conninfo.append(1, separator).append(whole);
            separator = '&';
        }
    });
    return url;
}

bool holds_postgres_password(std::string_view text) noexcept {
    const auto place = text.substr(0, text.find('?'));
    const auto at = place.rfind('@');
    const auto slashes = place.find("//");
    const auto begin = slashes == std::string_view::npos ? 0 : slashes + 2;
    bool holds = at != std::string_view::npos && at > begin &&
                 place.substr(begin, at - begin).find(':') != std::string_view::npos;
    for_each_parameter(text, [&](std::string_view, std::string_view name, std::string_view) {
        const auto decoded = decode(name);
        holds = holds || std::find(secret_parameters.begin(), secret_parameters.end(), decoded) !=
                             secret_parameters.end();
    });
    return holds;
}

}  // namespace cardresolver::database
