// The rows of a query, one after another.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {

/// Blocking; one thread at a time. Rows come as the database finds them: memory does not depend on their
/// number.
class query_rows {
public:
    query_rows() = default;
    query_rows(const query_rows&) = delete;
    query_rows& operator=(const query_rows&) = delete;
    virtual ~query_rows() = default;

    /// Their names; at least one. Known before the first row.
    virtual const std::vector<std::string>& columns() const noexcept = 0;
    /// The next row's values as text, NULL as an empty one, valid until the next call. False at the end.
    /// Throws `input_error` (read; unusable where the query itself is at fault), whose text names the query.
    virtual bool next(std::vector<std::string_view>& values) = 0;
};

/// What messages call the query that `path` names; nothing where it is no database's URL.
std::optional<std::string> name_of_query(const std::string& path);

/// Opens the database that `path` names for reading, and prepares its query. Throws `input_error`: not_found,
/// unusable.
std::unique_ptr<query_rows> open_query(const std::string& path);

}  // namespace cardresolver::source
