#include "database/postgres_settings.hpp"

#include "database/postgres_error.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

namespace cardresolver::database {
namespace {

struct choice {
    const char* keyword;
    const char* value;
};

/// Ours, where nothing else is said. A peer that is gone shows within about half a minute: idle, by the
/// kernel's probes; with data on its way, by the time-out.
constexpr std::array<choice, 6> own_choice{{
    {"connect_timeout", "10"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "4"},
    {"tcp_user_timeout", "30000"},
    {"fallback_application_name", "cardresolver"},
}};

struct options_free {
    void operator()(PQconninfoOption* options) const noexcept { ::PQconninfoFree(options); }
};
using option_list = std::unique_ptr<PQconninfoOption, options_free>;

std::map<std::string, std::string> values_of(const PQconninfoOption* options) {
    std::map<std::string, std::string> values;
    for (; options != nullptr && options->keyword != nullptr; ++options) {
        if (options->val != nullptr) values[options->keyword] = options->val;
    }
    return values;
}

/// What libpq complains of may quote the text, and with it a password: only what stands before is told.
std::string without_values(std::string message) {
    if (const auto at = message.find('"'); at != std::string::npos) message.erase(at);
    while (!message.empty() && std::strchr("\n :", message.back()) != nullptr)
        message.pop_back();
    return message;
}

option_list parse(const std::string& conninfo, std::string& fault) {
    char* message = nullptr;
    option_list options(::PQconninfoParse(conninfo.c_str(), &message));
    if (!options) fault = message == nullptr ? "out of memory" : without_values(message);
    ::PQfreemem(message);
    return options;
}

}  // namespace

std::string find_conninfo_fault(const std::string& conninfo) {
    std::string fault;
    const auto options = parse(conninfo, fault);
    if (options && values_of(options.get()).contains("replication"))
        return "a replication connection reads and writes no tables: leave out replication=";
    return fault;
}

postgres_settings::postgres_settings(const std::string& conninfo) {
    std::string fault;
    const auto options = parse(conninfo, fault);
    if (!options) throw postgres_error(postgres_trouble::refused, {}, fault);
    const auto given = values_of(options.get());
    const auto surrounding = values_of(option_list(::PQconndefaults()).get());
    const bool has_service = given.contains("service") || surrounding.contains("service");
    const auto value_of = [&](const std::string& keyword, const char* otherwise) -> std::string {
        if (const auto found = given.find(keyword); found != given.end()) return found->second;
        if (const auto found = surrounding.find(keyword); found != surrounding.end()) return found->second;
        return otherwise;
    };
    for (const auto& [keyword, value] : given) {
        if (keyword != "client_encoding") add(keyword, value);
    }
    add("client_encoding", "UTF8");
    for (const auto& [keyword, value] : own_choice) {
        // What a service file says is known to libpq alone, and must not be overruled.
        if (!has_service && !given.contains(keyword) && value_of(keyword, "").empty()) add(keyword, value);
    }
    const auto hosts = value_of("host", "") + value_of("hostaddr", "");
    set_connect_timeout(value_of("connect_timeout", "10"),
                        1 + static_cast<std::size_t>(std::count(hosts.begin(), hosts.end(), ',')));
    for (const auto& [keyword, value] : entries_) {
        keywords_.push_back(keyword.c_str());
        values_.push_back(value.c_str());
    }
    keywords_.push_back(nullptr);
    values_.push_back(nullptr);
}

postgres_settings::~postgres_settings() {
    for (auto& [keyword, value] : entries_)
        ::explicit_bzero(value.data(), value.size());
}

void postgres_settings::add(std::string keyword, std::string value) {
    entries_.emplace_back(std::move(keyword), std::move(value));
}

/// Zero and less mean without end to libpq; that is for others to want.
void postgres_settings::set_connect_timeout(const std::string& seconds, std::size_t hosts) {
    constexpr int longest = 3600;
    int count = 0;
    std::from_chars(seconds.data(), seconds.data() + seconds.size(), count);
    if (count <= 0 || count > longest) count = longest;
    connect_timeout_ = std::chrono::seconds(count) * static_cast<int>(hosts);
}

}  // namespace cardresolver::database
