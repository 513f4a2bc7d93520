// How a run finds its place in a PostgreSQL database, and takes it.
#include "sink/descriptor.hpp"
#include "sink/postgres_table.hpp"
#include "sink/row_format.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cardresolver::sink {
namespace {

using database::postgres_value;
using error_kind = output_error::error_kind;

/// Paths may hold any bytes.
std::string clean(std::string_view text) {
    std::string out;
    append_well_formed(out, text);
    return out;
}

}  // namespace

std::vector<stored_run> postgres_table::find_runs(std::string_view settings, std::string_view input) {
    const auto clean_settings = clean(settings);
    const auto clean_input = clean(input);
    std::vector<stored_run> runs;
    session_.persist([&] {
        runs.clear();
        known_runs_.clear();
        if (!schema_.has_runs(session_.connection())) return;
        schema_.require_runs(session_.connection());
        const std::array<postgres_value, 3> values{schema_.table(), clean_settings, clean_input};
        const auto found = session_.connection().execute(
            "SELECT run_id, progress, finished_at IS NOT NULL FROM " + schema_.runs() +
                " WHERE table_name = $1 AND settings = $2 AND input = $3 ORDER BY started_at DESC",
            values);
        for (int i = 0; i < found.rows(); ++i) {
            runs.push_back({std::string(found.text(i, 0)), std::string(settings), std::string(input),
                            std::string(found.text(i, 1)), found.text(i, 2) == "t"});
            known_runs_.push_back(runs.back().run_id);
        }
    });
    return runs;
}

/// Between a lost connection, and with it the lock of openings, and the next, somebody may have begun a run
/// of the same list.
void postgres_table::require_no_other(std::string_view settings, std::string_view input) {
    if (!schema_.has_runs(session_.connection())) return;
    const std::array<postgres_value, 3> values{schema_.table(), settings, input};
    const auto found = session_.connection().execute(
        "SELECT run_id FROM " + schema_.runs() + " WHERE table_name = $1 AND settings = $2 AND input = $3",
        values);
    for (int i = 0; i < found.rows(); ++i) {
        const auto one = found.text(i, 0);
        const bool is_known = std::find(known_runs_.begin(), known_runs_.end(), one) != known_runs_.end();
        if (one != run_id_ && !is_known) refuse_second(std::string(one));
    }
}

void postgres_table::use_columns(const std::vector<std::string>& kept) {
    kept_ = kept;
    session_.persist([this] {
        if (schema_.has_rows(session_.connection())) schema_.require_rows(session_.connection(), *kept_);
    });
}

/// Done again as a whole where the connection is lost: a run that is there already stays as it is.
void postgres_table::begin(const stored_run& run, const std::vector<stored_run>& dropped) {
    run_id_ = run.run_id;
    const auto settings = clean(run.settings);
    const auto input = clean(run.input);
    session_.persist([&] {
        require_no_other(settings, input);
        lock_run(run_id_);
        for (const auto& one : dropped)
            lock_run(one.run_id);
        session_.transact([&] {
            schema_.make_runs(session_.connection());
            if (kept_) schema_.make_rows(session_.connection(), *kept_);
            const std::array<postgres_value, 6> values{run.run_id, schema_.table(), settings,
                                                       input,      run.progress,    writer_};
            const auto added = session_.connection().execute(
                "INSERT INTO " + schema_.runs() +
                    " (run_id, table_name, settings, input, progress, sequence, writer)"
                    " VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (run_id) DO NOTHING",
                values);
            if (added.changed_rows() == 1) {
                for (const auto& one : dropped)
                    drop(one);
            }
            require_own(look_at_fence(false));
        });
    });
    has_begun();
}

void postgres_table::resume(const stored_run& run, std::uint64_t rows) {
    run_id_ = run.run_id;
    session_.persist([&] {
        lock_run(run_id_);
        session_.transact([&] {
            const std::array<postgres_value, 3> values{run.run_id, run.progress, writer_};
            const auto raised = session_.connection().execute(
                "UPDATE " + schema_.runs() +
                    " SET sequence = sequence + 1, writer = $3 WHERE run_id = $1 AND progress = $2"
                    " AND finished_at IS NULL RETURNING sequence",
                values);
            if (raised.rows() != 1) refuse_changed();
            const auto text = raised.text(0, 0);
            std::from_chars(text.data(), text.data() + text.size(), sequence_);
            require_rows_of(run, rows);
            if (kept_) schema_.make_rows(session_.connection(), *kept_);
        });
    });
    has_begun();
}

void postgres_table::has_begun() {
    has_table_ = kept_.has_value();
    stage_ = stage::begun;
    session_.has_begun();
    session_.persist([this] { unlock_opening(); });
}

void postgres_table::refuse_changed() const {
    throw output_error(error_kind::cannot_create,
                       session_.name() + ": another run of the same list has just written to it; try again");
}

/// Unfinished, and as it was found.
void postgres_table::drop(const stored_run& run) {
    const std::array<postgres_value, 2> values{run.run_id, run.progress};
    const auto found = session_.connection().execute(
        "SELECT 1 FROM " + schema_.runs() +
            " WHERE run_id = $1 AND progress = $2 AND finished_at IS NULL FOR UPDATE",
        values);
    if (found.rows() != 1) refuse_changed();
    delete_run(run.run_id);
}

/// What was saved may have been deleted since, table and all.
void postgres_table::require_rows_of(const stored_run& run, std::uint64_t rows) {
    std::uint64_t there = 0;
    if (schema_.has_rows(session_.connection())) {
        const std::array<postgres_value, 1> value{run.run_id};
        const auto found = session_.connection().execute(
            "SELECT count(*) FROM " + schema_.rows() + " WHERE run_id = $1", value);
        const auto text = found.text(0, 0);
        std::from_chars(text.data(), text.data() + text.size(), there);
    }
    if (there != rows)
        refuse_rows(session_.name() + ": the table " + show_path(schema_.table()), there, rows);
}

}  // namespace cardresolver::sink
