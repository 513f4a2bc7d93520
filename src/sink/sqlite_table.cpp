#include "sink/sqlite_table.hpp"

#include "database/database_url.hpp"
#include "sink/row_format.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace cardresolver::sink {
namespace {

using database::sqlite_connection;
using database::sqlite_error;
using error_kind = output_error::error_kind;
using std::chrono::milliseconds;

constexpr int max_openings = 100;

/// A writer that is done sooner is not worth a word.
constexpr milliseconds short_lock{500};
constexpr milliseconds locked_pause{200};
constexpr milliseconds full_pause{5000};

constexpr auto now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/// `status` and `message` are texts that may be empty, as in NDJSON; the others are unknown then.
bool is_null_where_empty(std::size_t column) noexcept {
    constexpr std::size_t first_text = 6;
    return column < first_text;
}

}  // namespace

/// What passes is waited for; what does not is an error in the words of outputs.
template <class Action>
auto sqlite_table::waiting(Action action) {
    for (;;) {
        try {
            return action();
        } catch (const sqlite_error& fault) {
            roll_back();
            if (!fault.is_locked() && !fault.is_full()) fail(fault);
            const auto why = fault.is_full() ? "no room for the database " + name_
                                             : "the database " + name_ + " is locked by another program";
            if (!wait_(why, fault.is_full() ? full_pause : locked_pause))
                throw output_error(error_kind::waited_in_vain, fault.what());
        } catch (...) {
            roll_back();
            throw;
        }
    }
}

template <class Action>
void sqlite_table::in_transaction(Action action) {
    waiting([&] {
        if (has_begun_) require_place();
        connection_->execute("BEGIN IMMEDIATE");
        action();
        connection_->execute("COMMIT");
    });
}

sqlite_table::sqlite_table(const std::string& file, std::string table, const wait_hook& hook)
    : name_(show_path(file)), table_(std::move(table)), wait_(hook), path_(file_of(file).value_or(file)) {
    for (int i = 0; i < max_openings; ++i) {
        open();
        lock_opening();
        if (locks_.is_at(path_)) return;
        close();  // whoever had made it in vain has removed it again
    }
    sink::fail(error_kind::cannot_create, name_, "is made and removed by others all the time");
}

void sqlite_table::open() {
    auto opened = open_at(AT_FDCWD, path_.c_str(), O_RDWR | O_CREAT | O_EXCL, 0666);
    is_new_file_ = opened.is_open();
    if (!is_new_file_ && errno == EEXIST) opened = open_at(AT_FDCWD, path_.c_str(), O_RDWR);
    if (!opened.is_open()) sink::fail(error_kind::cannot_create, name_, "cannot be opened", errno);
    locks_ = table_locks(std::move(opened));
    waiting([this] {
        connection_.emplace(path_, sqlite_connection::opening::existing);
        connection_->wait_for_locks(short_lock);
        connection_->execute("PRAGMA synchronous = FULL");
        schema_.emplace(*connection_, name_, table_);
    });
}

void sqlite_table::lock_opening() {
    constexpr milliseconds pause{50};
    try {
        while (!locks_.try_opening()) {
            if (!wait_("another run into " + name_ + " is just beginning", pause))
                sink::fail(error_kind::waited_in_vain, name_, "another run is just beginning");
        }
    } catch (const std::system_error& fault) {
        sink::fail(error_kind::cannot_create, name_, std::string("cannot be locked: ") + fault.what());
    }
}

void sqlite_table::close() noexcept {
    insert_.reset();
    schema_.reset();
    connection_.reset();
    locks_ = table_locks();
}

sqlite_table::~sqlite_table() {
    insert_.reset();
    schema_.reset();
    connection_.reset();
    if (is_new_file_ && !has_begun_ && locks_.is_at(path_)) ::unlink(path_.c_str());
}

void sqlite_table::roll_back() noexcept {
    insert_.reset();  // the table may go with the transaction that made it
    if (!connection_ || !connection_->is_in_transaction()) return;
    try {
        connection_->execute("ROLLBACK");
    } catch (const sqlite_error&) {
        return;  // it was rolled back by SQLite itself; what was wrong is being reported
    }
}

/// Rows would go on into a file that nobody finds.
void sqlite_table::require_place() const {
    if (!locks_.is_at(path_)) sink::fail(error_kind::io, name_, "has been moved or replaced");
}

void sqlite_table::fail(const sqlite_error& fault) const {
    if (has_begun_) require_place();  // SQLite calls a moved file a read-only one
    const auto kind = has_begun_ ? error_kind::io : error_kind::cannot_create;
    if (fault.is_damage() && !fault.is_no_database()) throw output_error(error_kind::damaged, fault.what());
    const auto* const advice = fault.is_read_only() ? "; the file and its folder must be writable" : "";
    throw output_error(kind, std::string(fault.what()) + advice);
}

std::vector<stored_run> sqlite_table::find_runs(std::string_view settings, std::string_view input) {
    return waiting([&] {
        std::vector<stored_run> runs;
        if (!schema_->has_runs()) return runs;
        schema_->require_runs();
        auto query = connection_->prepare(
            "SELECT run_id, progress, finished_at IS NOT NULL FROM " + sqlite_schema::runs() +
            " WHERE table_name = ? COLLATE NOCASE AND settings = ? AND input = ?"
            " ORDER BY rowid DESC");
        query.bind_text(0, table_);
        query.bind_text(1, settings);
        query.bind_text(2, input);
        while (query.step())
            runs.push_back({std::string(query.text(0)), std::string(settings), std::string(input),
                            std::string(query.text(1)), query.number(2) != 0});
        return runs;
    });
}

void sqlite_table::use_columns(const std::vector<std::string>& kept) {
    kept_ = kept;
    waiting([this] {
        if (!schema_->has_rows()) return;
        schema_->require_rows(*kept_);
    });
}

bool sqlite_table::can_be_read_meanwhile() {
    return waiting([this] {
        auto query = connection_->prepare("PRAGMA journal_mode");
        return query.step() && query.text(0) == "wal";
    });
}

void sqlite_table::take_lock(const std::string& run_id) {
    if (!locks_.try_run(run_id))
        throw output_error(error_kind::cannot_create,
                           name_ + ": another run of the same list is writing to it (run_id " + run_id + ")");
}

void sqlite_table::begin(const stored_run& run, const std::vector<stored_run>& dropped) {
    take_lock(run.run_id);
    for (const auto& one : dropped)
        take_lock(one.run_id);
    run_id_ = run.run_id;
    waiting([this] {
        const bool is_empty = connection_->number_of("PRAGMA page_count") == 0;
        if (is_empty) connection_->execute("PRAGMA journal_mode = WAL");
    });
    in_transaction([&] {
        schema_->make_runs();
        if (kept_) schema_->make_rows(*kept_);
        for (const auto& one : dropped)
            drop(one);
        auto insert = connection_->prepare("INSERT INTO " + sqlite_schema::runs() +
                                           " (run_id, table_name, settings, input, started_at, progress)"
                                           " VALUES (?, ?, ?, ?, " +
                                           now + ", ?)");
        for (int i = 0; const std::string_view text : std::initializer_list<std::string_view>{
                            run.run_id, table_, run.settings, run.input, run.progress})
            insert.bind_text(i++, text);
        insert.step();
    });
    start();
}

void sqlite_table::start() {
    has_table_ = kept_.has_value();
    has_begun_ = true;
    locks_.end_opening();
}

void sqlite_table::resume(const stored_run& run, std::uint64_t rows) {
    take_lock(run.run_id);
    run_id_ = run.run_id;
    in_transaction([&] {
        auto update =
            connection_->prepare("UPDATE " + sqlite_schema::runs() +
                                 " SET progress = ? WHERE run_id = ? AND progress = ? AND finished_at IS "
                                 "NULL");
        for (int i = 0; const auto* text : {&run.progress, &run.run_id, &run.progress})
            update.bind_text(i++, *text);
        update.step();
        if (connection_->changed_rows() != 1) refuse_changed();
        require_rows_of(run, rows);
        if (kept_) schema_->make_rows(*kept_);
    });
    start();
}

void sqlite_table::store_progress(std::string_view progress) {
    auto update =
        connection_->prepare("UPDATE " + sqlite_schema::runs() + " SET progress = ? WHERE run_id = ?");
    update.bind_text(0, progress);
    update.bind_text(1, run_id_);
    update.step();
    require_own_run();
}

/// Behind an UPDATE of its row.
void sqlite_table::require_own_run() const {
    if (connection_->changed_rows() != 1)
        throw output_error(error_kind::io, name_ + ": somebody has removed this run from the table " +
                                               std::string(database::runs_table));
}

void sqlite_table::save(std::string_view rows, std::string_view progress) {
    in_transaction([&] {
        insert(rows);
        store_progress(progress);
    });
    has_table_ = kept_.has_value();
}

void sqlite_table::insert(std::string_view rows) {
    compact_row row;
    while (take_compact_row(rows, row)) {
        if (row.line == 0 && !kept_) kept_.emplace(row.kept.begin(), row.kept.end());
        if (!insert_) prepare_insert();
        if (row.line != 0) insert_row(row);
    }
}

/// A table that was there is not made again: with it, rows would be missing.
void sqlite_table::prepare_insert() {
    if (!has_table_) schema_->make_rows(*kept_);
    insert_.emplace(schema_->prepare_insert(*kept_));
}

void sqlite_table::insert_row(const compact_row& row) {
    insert_->reset();
    int at = 0;
    insert_->bind_text(at++, run_id_);
    for (const auto text : row.kept)
        insert_->bind_text(at++, text);
    insert_->bind(at++, static_cast<std::int64_t>(row.line));
    for (std::size_t i = 0; i < row.texts.size(); ++i) {
        if (row.texts[i].empty() && is_null_where_empty(i)) {
            insert_->bind_null(at++);
        } else {
            insert_->bind_text(at++, row.texts[i]);
        }
    }
    try {
        insert_->step();
    } catch (const sqlite_error& fault) {
        if (!fault.is_constraint()) throw;
        refuse_row(row.line, std::string("cannot be added to the table ") + show_path(table_) +
                                 (fault.is_taken_key() ? "; has somebody else written to it? " : ": ") +
                                 fault.what());
    }
    if (connection_->changed_rows() != 1)
        refuse_row(row.line, "is left out by the table " + show_path(table_) + "; has it a trigger?");
}

void sqlite_table::refuse_row(std::uint64_t line, const std::string& why) const {
    throw output_error(error_kind::io,
                       "the row of line " + std::to_string(line) + " of the run " + run_id_ + " " + why);
}

void sqlite_table::refuse_changed() const {
    throw output_error(error_kind::cannot_create,
                       name_ + ": another run of the same list has just written to it; try again");
}

/// Unfinished, and as it was found.
void sqlite_table::drop(const stored_run& run) {
    auto query = connection_->prepare("SELECT 1 FROM " + sqlite_schema::runs() +
                                      " WHERE run_id = ? AND progress = ? AND finished_at IS NULL");
    query.bind_text(0, run.run_id);
    query.bind_text(1, run.progress);
    if (!query.step()) refuse_changed();
    delete_run(run.run_id);
}

/// What was saved may have been deleted since, table and all.
void sqlite_table::require_rows_of(const stored_run& run, std::uint64_t rows) {
    std::uint64_t there = 0;
    if (schema_->has_rows()) {
        auto query = connection_->prepare("SELECT count(*) FROM " + schema_->rows() + " WHERE run_id = ?");
        query.bind_text(0, run.run_id);
        if (query.step()) there = static_cast<std::uint64_t>(query.number(0));
    }
    if (there != rows) refuse_rows(name_ + ": the table " + show_path(table_), there, rows);
}

/// Of a list whose columns were not known before its first record, the table may be missing still.
void sqlite_table::delete_run(const std::string& run_id) {
    if (schema_->has_rows()) {
        auto rows = connection_->prepare("DELETE FROM " + schema_->rows() + " WHERE run_id = ?");
        rows.bind_text(0, run_id);
        rows.step();
    }
    auto run = connection_->prepare("DELETE FROM " + sqlite_schema::runs() + " WHERE run_id = ?");
    run.bind_text(0, run_id);
    run.step();
}

void sqlite_table::finish(const std::vector<std::string>& replaced) {
    in_transaction([&] {
        for (const auto& one : replaced)
            delete_run(one);
        auto update = connection_->prepare("UPDATE " + sqlite_schema::runs() + " SET finished_at = " + now +
                                           " WHERE run_id = ?");
        update.bind_text(0, run_id_);
        update.step();
        require_own_run();
    });
    require_place();
}

void sqlite_table::discard() {
    in_transaction([this] { delete_run(run_id_); });
}

}  // namespace cardresolver::sink
