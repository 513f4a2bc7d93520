// A table of rows in a database, and beside it the table of the runs that wrote them.
#pragma once

#include "sink/output.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::sink {

/// A run as the database keeps it. Its texts are the caller's: a table compares them and gives them back.
struct stored_run {
    std::string run_id;
    std::string settings;      ///< those that alter rows
    std::string input;         ///< what tells its list from others
    std::string progress;      ///< how far it has come
    bool is_finished = false;  ///< `finish` was called
};

/// The rows of one run, in one table. Blocking; one thread at a time. Every call that writes is one
/// transaction: what throws has changed nothing, except where it is said otherwise. What passes by itself is
/// waited for (the wait hook) and tried again as a whole; `waited_in_vain` where the hook gives up. Throws
/// `output_error`: `cannot_create` up to `begin` or `resume`, `io` after that.
///
/// From opening: `find_runs`, `use_columns` where the columns are known by then, `begin` or `resume`; then
/// `save` any number of times; then at most one of `finish` and `discard`.
class row_table {
public:
    row_table() = default;
    row_table(const row_table&) = delete;
    row_table& operator=(const row_table&) = delete;
    /// Lets go of run and database. What was saved stays.
    virtual ~row_table() = default;

    /// Replaces the hook that it was opened with.
    virtual void when_waiting(const wait_hook& hook) = 0;

    /// Runs into this table that have such settings and such an input, the newest first. Until `begin` or
    /// `resume` no other process opens this table for a run.
    virtual std::vector<stored_run> find_runs(std::string_view settings, std::string_view input) = 0;

    /// The columns of the rows: run_id, then `kept` (the list's own, as text), then `row_columns`. Makes the
    /// table if it is missing; where it exists, it must have these columns and the key (run_id, line). Header
    /// rows in what `save` is given do the same, where the columns are known no earlier.
    virtual void use_columns(const std::vector<std::string>& kept) = 0;

    /// Whether a query of the same database can be read while rows are saved.
    virtual bool can_be_read_meanwhile() { return true; }

    /// A new run: from now on it is this process's. The unfinished runs `dropped` and their rows go.
    /// `cannot_create` where another process works on one of these, or has since they were found.
    virtual void begin(const stored_run& run, const std::vector<stored_run>& dropped) = 0;
    /// An unfinished run: likewise. What it has saved is left as it is, but it is tried whether it can be
    /// written. `rows`: how many its progress speaks of; `damaged` where the table has not just so many.
    virtual void resume(const stored_run& run, std::uint64_t rows) = 0;

    /// Adds `rows` (compact rows) and takes note of `progress`. A row that is there already is an error: it
    /// is not ours.
    virtual void save(std::string_view rows, std::string_view progress) = 0;

    /// The run is complete. The runs `replaced` and their rows go.
    virtual void finish(const std::vector<std::string>& replaced) = 0;
    /// The run and its rows go.
    virtual void discard() = 0;
};

/// Throws `damaged`: `table`, as messages call it, has `there` rows of an unfinished run instead of `rows`.
[[noreturn]] void refuse_rows(const std::string& table, std::uint64_t there, std::uint64_t rows);

/// Opens the database and the table that `url` names (`database::parse_database_url`), making what is missing
/// of it but the table itself. Throws `cannot_create`.
std::unique_ptr<row_table> open_row_table(const std::string& url, const wait_hook& hook);

}  // namespace cardresolver::sink
