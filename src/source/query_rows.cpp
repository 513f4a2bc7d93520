#include "source/query_rows.hpp"

#include "card/text.hpp"
#include "database/database_url.hpp"
#include "source/input.hpp"
#include "source/postgres_query.hpp"
#include "source/sqlite_query.hpp"

namespace cardresolver::source {

std::optional<std::string> name_of_query(const std::string& path) {
    constexpr std::size_t max_shown = 1000;
    std::string why;
    const auto url = database::parse_database_url(path, why);
    if (!url) return std::nullopt;
    std::string name = "the query of '";
    card::append_printable(name, url->name, max_shown);
    return name + "'";
}

std::unique_ptr<query_rows> open_query(const std::string& path) {
    std::string why;
    const auto url = database::parse_database_url(path, why);
    if (!url) throw input_error(input_error::error_kind::not_found, why);
    if (!url->query)
        throw input_error(
            input_error::error_kind::mismatch,
            name_of_query(path).value_or("") + ": there is none; write ?query=SELECT … ORDER BY … behind it");
    if (url->kind == database::database_kind::postgresql)
        return std::make_unique<postgres_query>(url->place, name_of_query(path).value_or(""), *url->query);
    return std::make_unique<sqlite_query>(url->place, *url->query);
}

}  // namespace cardresolver::source
