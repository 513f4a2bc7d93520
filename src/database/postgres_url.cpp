#include "database/postgres_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cardresolver::database {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::array<std::string_view, 2> schemes{"postgresql:", "postgres:"};
constexpr std::array<std::string_view, 2> secret_parameters{"password", "sslpassword"};
constexpr std::array<std::string_view, 2> own_parameters{"table", "query"};

/// Where the parts of a URL begin.
struct url_places {
    std::size_t user = 0;        ///< behind the slashes
    std::size_t colon = 0;       ///< the first one behind them; the end of the text where there is none
    std::size_t first_host = 0;  ///< behind the user, for libpq
    std::size_t host = 0;        ///< behind the last `@`; `user` where there is none
    std::size_t end = 0;         ///< of the database's name: the question mark, or the end of the text
};

/// As libpq finds them: an `@` before the first slash ends the user, whatever stands before it, and
/// parameters begin behind that. Of more than one `@`, the last one counts here: a password may hold the
/// others.
url_places find_places(std::string_view text) {
    url_places places;
    places.user = text.find(':') + 1;
    if (text.substr(places.user).starts_with("//")) places.user += 2;
    const auto stop = text.find_first_of("@/", places.user);
    const bool has_user = stop != npos && text[stop] == '@';
    places.first_host = has_user ? stop + 1 : places.user;
    places.end = std::min(text.size(), text.find('?', places.first_host));
    const auto at = text.substr(0, places.end).rfind('@');
    places.host = at == npos ? places.user : at + 1;
    places.colon = std::min(text.size(), text.find(':', places.user));
    return places;
}

/// Visits each `name=value` in `text`, which stands behind the question mark.
template <class Visit>
void for_each_parameter(std::string_view text, Visit visit) {
    while (!text.empty()) {
        const auto one = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), one.size() + 1));
        if (!one.empty()) visit(one, one.substr(0, one.find('=')));
    }
}

/// `mark`: where the question mark stands; the text's end or npos where there is none.
std::string_view behind(std::string_view text, std::size_t mark) {
    return mark < text.size() ? text.substr(mark + 1) : std::string_view();
}

bool is_one_of(const std::array<std::string_view, 2>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
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

bool is_odd_place(std::string_view text, const url_places& places) {
    if (places.host != places.first_host) return true;
    auto hosts = text.substr(places.host, places.end - places.host);
    hosts = hosts.substr(0, hosts.find('/'));
    while (!hosts.empty()) {
        auto host = hosts.substr(0, hosts.find(','));
        hosts.remove_prefix(std::min(hosts.size(), host.size() + 1));
        if (host.starts_with('[')) host.remove_prefix(std::min(host.size(), host.find(']')));
        host.remove_prefix(std::min(host.size(), host.find(':')));
        if (host.find_first_not_of("0123456789", 1) != npos) return true;
    }
    return false;
}

/// A password with an unescaped slash, which looks like a port, a database and parameters. The name of a user
/// may well have an `@`.
bool may_be_cut_password(std::string_view text, const url_places& places) {
    bool has_at = false;
    for_each_parameter(behind(text, places.end), [&](std::string_view whole, std::string_view name) {
        const bool is_free = name == "user" || is_one_of(own_parameters, name);
        has_at = has_at || (!is_free && whole.find('@') != npos);
    });
    return is_odd_place(text, places) || (has_at && places.colon < places.end);
}

std::string name_for_messages(std::string_view text, const url_places& places) {
    const auto mark = text.find('?', places.user);
    const auto shown = std::min(places.colon, mark);
    const bool has_odd_user = mark < std::min(places.host, places.colon);
    if (has_odd_user || may_be_cut_password(text, places)) return std::string(text.substr(0, shown));
    if (places.host == places.user) return std::string(text.substr(0, places.end));
    const auto at = places.host - 1;
    return std::string(text.substr(0, std::min(places.colon, at))).append(text.substr(at, places.end - at));
}

}  // namespace

bool is_postgres_url(std::string_view text) noexcept {
    return std::any_of(schemes.begin(), schemes.end(),
                       [text](std::string_view scheme) { return text.starts_with(scheme); });
}

postgres_url parse_postgres_url(std::string_view text) {
    const auto places = find_places(text);
    postgres_url url;
    url.conninfo = text.substr(0, places.end);
    url.name = name_for_messages(text, places);
    url.is_odd = is_odd_place(text, places);
    char separator = '?';
    for_each_parameter(behind(text, places.end), [&](std::string_view whole, std::string_view name) {
        if (is_one_of(own_parameters, name)) {
            url.own_parameters.push_back(whole);
        } else {
            url.conninfo.append(1, separator).append(whole);
            separator = '&';
        }
    });
    return url;
}

bool holds_postgres_password(std::string_view text) noexcept {
    const auto places = find_places(text);
    const bool has_at = text.find('@', places.user) != npos;
    bool holds = places.colon < places.host || (has_at && may_be_cut_password(text, places));
    // Whoever writes a parameter with an @ may not know that this makes it part of the user.
    for (const auto mark : {places.end, text.find('?', places.user)}) {
        for_each_parameter(behind(text, mark), [&](std::string_view, std::string_view name) {
            holds = holds || is_one_of(secret_parameters, decode(name));
        });
    }
    return holds;
}

}  // namespace cardresolver::database
