#include "database/database_url.hpp"

#include "database/postgres_settings.hpp"
#include "database/postgres_url.hpp"

#include <algorithm>

namespace cardresolver::database {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

constexpr bool is_blank(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::optional<unsigned> hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

/// Nothing where a per cent sign is not followed by two hexadecimal digits, or means a NUL.
std::optional<std::string> decode(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text.front() != '%') {
            out.push_back(text.front());
            text.remove_prefix(1);
            continue;
        }
        if (text.size() < 3) return std::nullopt;
        const auto high = hex_digit(text[1]);
        const auto low = hex_digit(text[2]);
        if (!high || !low || *high + *low == 0) return std::nullopt;
        out.push_back(static_cast<char>(*high * 16 + *low));
        text.remove_prefix(3);
    }
    return out;
}

bool is_same_word(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return lower(x) == lower(y);
    });
}

/// Empty, or what is wrong.
std::string take_parameter(std::string_view parameter, database_url& url) {
    const auto name = parameter.substr(0, parameter.find('='));
    const auto value = decode(parameter.substr(std::min(parameter.size(), name.size() + 1)));
    if (name != "table" && name != "query")
        return "a database's parameters are table and query; there is '" + std::string(name) +
               "' (write & as %26 and ? as %3F inside a value)";
    if (!value) return "in the value of " + std::string(name) + ", write % as %25";
    if (std::all_of(value->begin(), value->end(), is_blank)) return std::string(name) + " has no value";
    auto& field = name == "table" ? url.table : url.query;
    if (field) return std::string(name) + " is given twice";
    field = *value;
    return {};
}

/// Empty, or what is wrong.
std::string find_fault(const postgres_url& parsed, const database_url& url) {
    if (parsed.is_odd)
        return "in a user, a password or the name of a database, write : as %3A, / as %2F, ? as %3F and "
               "@ as %40; a port is a number";
    const auto table = url.table ? std::string_view(*url.table) : std::string_view();
    if (table.starts_with('.') || table.ends_with('.')) return "table has no value";
    if (table.substr(table.find('.') + 1) == runs_table)
        return "the table " + std::string(runs_table) + " is where the runs are kept; name another";
    return find_conninfo_fault(parsed.conninfo);
}

std::optional<database_url> parse_postgres(std::string_view text, std::string& why) {
    const auto parsed = parse_postgres_url(text);
    database_url url{database_kind::postgresql, parsed.conninfo, parsed.name, {}, {}};
    for (const auto parameter : parsed.own_parameters) {
        why = take_parameter(parameter, url);
        if (!why.empty()) return std::nullopt;
    }
    why = find_fault(parsed, url);
    if (!why.empty()) return std::nullopt;
    return url;
}

/// The next word of letters, digits and underscores; all else stands between words.
std::string_view next_word(std::string_view& text) noexcept {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    const auto begin = std::find_if(text.begin(), text.end(), is_letter);
    const auto end = std::find_if_not(begin, text.end(), is_letter);
    const auto word =
        text.substr(static_cast<std::size_t>(begin - text.begin()), static_cast<std::size_t>(end - begin));
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    return word;
}

}  // namespace

bool is_database_url(std::string_view text) noexcept {
    return text.starts_with(sqlite_scheme) || is_postgres_url(text);
}

std::optional<database_url> parse_database_url(std::string_view text, std::string& why) {
    why.clear();
    if (!is_database_url(text)) {
        why = "names no database";
        return std::nullopt;
    }
    if (is_postgres_url(text)) return parse_postgres(text, why);
    text.remove_prefix(sqlite_scheme.size());
    database_url url;
    url.place = text.substr(0, text.find('?'));
    url.name = url.place;
    if (url.place.empty() || is_blank(url.place.front())) why = "sqlite: is followed by the name of a file";
    text.remove_prefix(std::min(text.size(), url.place.size() + 1));
    while (!text.empty() && why.empty()) {
        const auto parameter = text.substr(0, text.find('&'));
        why = take_parameter(parameter, url);
        text.remove_prefix(std::min(text.size(), parameter.size() + 1));
    }
    if (why.empty() && url.table && is_same_word(*url.table, runs_table))
        why = "the table " + std::string(runs_table) + " is where the runs are kept; name another";
    if (!why.empty()) return std::nullopt;
    return url;
}

std::string without_password(std::string_view target) {
    if (!is_postgres_url(target)) return std::string(target);
    const auto parsed = parse_postgres_url(target);
    if (parsed.is_odd) return parsed.name;
    database_url url;
    for (const auto parameter : parsed.own_parameters)
        take_parameter(parameter, url);
    auto shown = parsed.name;
    if (url.table) shown += "?table=" + *url.table;
    if (url.query) shown += "?query=" + *url.query;
    return shown;
}

bool holds_database_password(std::string_view target) noexcept {
    return is_postgres_url(target) && holds_postgres_password(target);
}

bool names_an_order(std::string_view query) noexcept {
    std::string_view before;
    while (true) {
        const auto word = next_word(query);
        if (word.empty()) return false;
        if (is_same_word(before, "order") && is_same_word(word, "by")) return true;
        before = word;
    }
}

}  // namespace cardresolver::database
