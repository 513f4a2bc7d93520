#include "sink/row_table.hpp"

#include "database/database_url.hpp"
#include "sink/sqlite_table.hpp"

namespace cardresolver::sink {

std::unique_ptr<row_table> open_row_table(const std::string& url, const wait_hook& hook) {
    std::string why;
    const auto parsed = database::parse_database_url(url, why);
    if (!parsed) throw output_error(output_error::error_kind::cannot_create, why);
    return std::make_unique<sqlite_table>(parsed->place,
                                          parsed->table.value_or(std::string(database::default_table)), hook);
}

}  // namespace cardresolver::sink
