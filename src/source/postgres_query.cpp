#include "source/postgres_query.hpp"

#include "source/input.hpp"

namespace cardresolver::source {
namespace {

using database::postgres_error;
using database::postgres_trouble;
using error_kind = input_error::error_kind;

template <class Action>
auto translated(const std::string& name, error_kind otherwise, Action action) {
    try {
        return action();
    } catch (const postgres_error& fault) {
        throw input_error(otherwise, name + ": " + fault.what());
    }
}

constexpr const char* no_rows = "gives no rows, or would write: a SELECT is needed";

/// The statement itself is at fault: its syntax, names, types or values.
bool is_statement_fault(const postgres_error& fault) noexcept {
    // Of a parameter that nobody gives, the server speaks as of a breach of its protocol.
    if (fault.sqlstate == "08P01") return true;
    return fault.trouble == postgres_trouble::refused && !fault.sqlstate.starts_with("28") &&
           !fault.sqlstate.starts_with("3D") && !fault.sqlstate.empty();
}

/// It writes, or is of a kind that gives something else than rows: an empty statement, a COPY.
bool is_no_select(const postgres_error& fault) noexcept {
    constexpr std::string_view read_only_transaction = "25006";
    const bool is_without_words =
        fault.trouble == postgres_trouble::refused && *fault.what() == '\0' && fault.sqlstate.empty();
    return is_without_words || fault.sqlstate == read_only_transaction;
}

}  // namespace

postgres_query::postgres_query(const std::string& conninfo, std::string name, const std::string& query)
    : name_(std::move(name)) {
    translated(name_, error_kind::not_found, [&] {
        connection_.emplace(conninfo, [] { return true; });
        connection_->execute("BEGIN READ ONLY");
    });
    try {
        connection_->query(query);
        row_ = connection_->next_row();
    } catch (const postgres_error& fault) {
        if (is_no_select(fault)) throw input_error(error_kind::unusable, name_ + ": " + no_rows);
        throw input_error(is_statement_fault(fault) ? error_kind::unusable : error_kind::read,
                          name_ + ": " + fault.what());
    }
    for (int i = 0; i < row_->columns(); ++i)
        columns_.emplace_back(row_->column_name(i));
    if (columns_.empty()) throw input_error(error_kind::unusable, name_ + ": " + no_rows);
    is_read_ahead_ = true;
}

bool postgres_query::next(std::vector<std::string_view>& values) {
    values.clear();
    if (is_at_end_) return false;
    if (!is_read_ahead_)
        row_ = translated(name_, error_kind::read, [this] { return connection_->next_row(); });
    is_read_ahead_ = false;
    is_at_end_ = row_->rows() == 0;
    for (int i = 0; !is_at_end_ && i < row_->columns(); ++i)
        values.push_back(row_->text(0, i));
    return !is_at_end_;
}

}  // namespace cardresolver::source
