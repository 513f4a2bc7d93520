#include "database/postgres_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cardresolver::database {
namespace {

constexpr std::size_t sqlstate_length = 5;

template <std::size_t Count>
bool is_one_of(const std::array<std::string_view, Count>& list, std::string_view one) noexcept {
    return std::find(list.begin(), list.end(), one) != list.end();
}

/// A session that the server ends, or does not begin yet.
constexpr std::array<std::string_view, 5> lost_states{
    "57P01",  // admin_shutdown
    "57P02",  // crash_shutdown
    "57P03",  // cannot_connect_now
    "57P05",  // idle_session_timeout
    "25P03",  // idle_in_transaction_session_timeout
};
constexpr std::array<std::string_view, 1> lost_classes{"08"};

constexpr std::array<std::string_view, 6> passing_states{
    "40001",  // serialization_failure
    "40P01",  // deadlock_detected
    "55P03",  // lock_not_available
    "57014",  // query_canceled: a statement timeout among others
    "25006",  // read_only_sql_transaction: a standby, for now
    "55006",  // object_in_use
};
/// Resources, and the server's own trouble with its disk.
constexpr std::array<std::string_view, 3> passing_classes{"53", "58", "40"};

constexpr bool is_state_character(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

/// "FATAL:  28P01: password …": two blanks, the state, a colon. Where it begins, or npos.
std::size_t find_state(std::string_view line) noexcept {
    constexpr std::string_view before = ":  ";
    for (auto at = line.find(before); at != std::string_view::npos; at = line.find(before, at + 1)) {
        const auto state = line.substr(at + before.size(), sqlstate_length);
        const auto behind = line.substr(std::min(line.size(), at + before.size() + sqlstate_length), 2);
        if (state.size() == sqlstate_length && std::all_of(state.begin(), state.end(), is_state_character) &&
            behind == ": ")
            return at + before.size();
    }
    return std::string_view::npos;
}

/// What libpq finds wrong on its own side, by the words of its source; these are not translated in Debian's
/// default locale, and where they are, the trouble is told after the waiting instead of before.
constexpr std::array<std::string_view, 16> own_refusals{
    "certificate verify failed",
    "does not match host name",
    "server does not support SSL",
    "root certificate file",
    "private key file",
    "could not open certificate file",
    "authentication method",
    "invalid port number",
    "invalid integer value",
    "invalid connection option",
    "invalid SSL protocol version range",
    "port numbers to",
    "host names to",
    "definition of service",
    "service file",
    "when SSL support is not compiled in",
};

/// "invalid sslmode value: "x"": libpq's words for a parameter of the URL, a service file or the environment.
bool names_invalid_value(std::string_view text) noexcept {
    constexpr std::string_view before = "invalid ";
    constexpr std::string_view behind = " value: \"";
    const auto at = text.find(before);
    if (at == std::string_view::npos) return false;
    const auto keyword = text.substr(at + before.size());
    return keyword.substr(std::min(keyword.size(), keyword.find(' '))).starts_with(behind);
}

}  // namespace

postgres_trouble classify_sqlstate(std::string_view sqlstate) noexcept {
    const auto family = sqlstate.substr(0, 2);
    if (is_one_of(lost_states, sqlstate) || is_one_of(lost_classes, family)) return postgres_trouble::lost;
    if (is_one_of(passing_states, sqlstate) || is_one_of(passing_classes, family))
        return postgres_trouble::passing;
    return postgres_trouble::refused;
}

std::uint64_t parse_copy_line(std::string_view context) noexcept {
    constexpr std::string_view command = "COPY ";
    constexpr std::string_view before = ", line ";
    while (!context.empty()) {
        const auto entry = context.substr(0, context.find('\n'));
        context.remove_prefix(std::min(context.size(), entry.size() + 1));
        const auto at = entry.find(before);
        if (!entry.starts_with(command) || at == std::string_view::npos) continue;
        const auto digits = entry.substr(at + before.size());
        std::uint64_t line = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), line);
        return line;
    }
    return 0;
}

connection_complaint parse_connection_complaint(std::string_view message) {
    connection_complaint complaint;
    while (!message.empty()) {
        auto line = message.substr(0, message.find('\n'));
        message.remove_prefix(std::min(message.size(), line.size() + 1));
        line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
        if (line.starts_with("LOCATION:") || line.empty()) continue;
        if (!complaint.text.empty()) complaint.text += "; ";
        const auto at = find_state(line);
        if (at == std::string_view::npos) {
            complaint.text += line;
            continue;
        }
        complaint.sqlstate = line.substr(at, sqlstate_length);
        complaint.text.append(line.substr(0, at - 2)).append(line.substr(at + sqlstate_length + 1));
    }
    return complaint;
}

postgres_trouble classify_complaint(const connection_complaint& complaint, bool needs_password) noexcept {
    if (needs_password) return postgres_trouble::refused;
    if (!complaint.sqlstate.empty()) return classify_sqlstate(complaint.sqlstate);
    const bool is_own = std::any_of(own_refusals.begin(), own_refusals.end(), [&](std::string_view words) {
        return complaint.text.find(words) != std::string::npos;
    });
    const bool is_refusal = is_own || names_invalid_value(complaint.text);
    return is_refusal ? postgres_trouble::refused : postgres_trouble::lost;
}

}  // namespace cardresolver::database
