#include "source/sqlite_query.hpp"

#include "source/input.hpp"

#include <chrono>

namespace cardresolver::source {
namespace {

using database::sqlite_connection;
using database::sqlite_error;
using error_kind = input_error::error_kind;

/// A writer may keep readers out for a moment, where the database has no write-ahead log.
constexpr std::chrono::milliseconds longest_lock{10'000};

template <class Action>
auto translated(error_kind kind, Action action) {
    try {
        return action();
    } catch (const sqlite_error& fault) {
        const bool is_its_own = fault.is_statement() || (kind == error_kind::not_found && fault.is_damage());
        throw input_error(is_its_own ? error_kind::unusable : kind,
                          std::string("the query of ") + fault.what());
    }
}

}  // namespace

sqlite_query::sqlite_query(const std::string& file, const std::string& query) {
    translated(error_kind::not_found, [&] {
        connection_.emplace(file, sqlite_connection::opening::read_only);
        connection_->wait_for_locks(longest_lock);
        statement_.emplace(connection_->prepare(query));
    });
    if (!statement_->is_read_only() || statement_->column_count() == 0)
        throw input_error(error_kind::unusable, "the query of '" + file +
                                                    "': gives no rows, or would write: a SELECT "
                                                    "is needed");
    for (int i = 0; i < statement_->column_count(); ++i)
        columns_.emplace_back(statement_->column_name(i));
}

bool sqlite_query::next(std::vector<std::string_view>& values) {
    if (is_at_end_) return false;  // another step would begin anew
    is_at_end_ = !translated(error_kind::read, [this] { return statement_->step(); });
    values.clear();
    for (int i = 0; !is_at_end_ && i < statement_->column_count(); ++i)
        values.push_back(statement_->text(i));
    return !is_at_end_;
}

}  // namespace cardresolver::source
