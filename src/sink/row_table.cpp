#include "sink/row_table.hpp"

#include "database/database_url.hpp"
#include "sink/postgres_table.hpp"
#include "sink/sqlite_table.hpp"

namespace cardresolver::sink {

void refuse_rows(const std::string& table, std::uint64_t there, std::uint64_t rows) {
    throw output_error(output_error::error_kind::damaged,
                       table + " has " + std::to_string(there) + " rows of the unfinished run, but " +
                           std::to_string(rows) + " were written; --restart drops them and starts anew");
}

std::unique_ptr<row_table> open_row_table(const std::string& url, const wait_hook& hook) {
    std::string why;
    const auto parsed = database::parse_database_url(url, why);
    if (!parsed) throw output_error(output_error::error_kind::cannot_create, why);
    const auto table = parsed->table.value_or(std::string(database::default_table));
    if (parsed->kind == database::database_kind::postgresql)
        return std::make_unique<postgres_table>(parsed->place, parsed->name, table, hook);
    return std::make_unique<sqlite_table>(parsed->place, table, hook);
}

}  // namespace cardresolver::sink
