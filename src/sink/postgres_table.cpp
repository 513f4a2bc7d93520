#include "sink/postgres_table.hpp"

#include "database/copy_text.hpp"
#include "database/database_url.hpp"
#include "sink/compact_row.hpp"
#include "sink/descriptor.hpp"
#include "sink/row_format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <random>

namespace cardresolver::sink {
namespace {

using database::postgres_value;
using error_kind = output_error::error_kind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// "CRCP": the first of two keys of the lock that openings hold.
constexpr auto opening_lock = "(1129464656, 0)";

/// The session of a killed process takes a moment to end.
constexpr std::chrono::seconds longest_ending{5};
constexpr milliseconds lock_pause{50};
constexpr milliseconds taken_pause{500};

/// `status` and `message` are texts that may be empty; the others are unknown then.
constexpr std::size_t first_text = 6;

std::string random_name() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::random_device device;
    std::string name(32, '0');
    for (auto& digit : name)
        digit = digits[device() % digits.size()];
    return name;
}

/// Of the lock on a run: 64 of its random bits.
std::string lock_key(std::string_view run_id) {
    std::uint64_t key = 0;
    const auto digits = run_id.substr(0, 16);
    std::from_chars(digits.data(), digits.data() + digits.size(), key, 16);
    return std::to_string(static_cast<std::int64_t>(key));
}

void append_row(std::string& out, std::string_view run_id, const compact_row& row) {
    database::append_copy_text(out, run_id);
    for (const auto text : row.kept) {
        out += '\t';
        database::append_copy_text(out, text);
    }
    out += '\t';
    out += std::to_string(row.line);
    for (std::size_t i = 0; i < row.texts.size(); ++i) {
        out += '\t';
        if (row.texts[i].empty() && i < first_text) {
            database::append_copy_null(out);
        } else {
            database::append_copy_text(out, row.texts[i]);
        }
    }
    out += '\n';
}

/// The list's line of the row number `count`, from 1.
std::uint64_t line_at(std::string_view rows, std::uint64_t count) {
    compact_row row;
    while (count > 0 && take_compact_row(rows, row)) {
        if (row.line != 0) --count;
    }
    return row.line;
}

}  // namespace

postgres_table::postgres_table(const std::string& conninfo, const std::string& name, std::string_view table,
                               const wait_hook& hook)
    : session_(conninfo, "'" + name + "'", hook), schema_("'" + name + "'", table), writer_(random_name()) {
    session_.on_connected([this] { set_up(); });
    session_.persist([] {});
}

/// Of each new connection.
void postgres_table::set_up() {
    auto& connection = session_.connection();
    // Without its probes, the server would keep a session, and its lock, for hours after our machine is gone.
    connection.execute_all(
        "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4");
    notice_lost_clients();
    if (!session_start_.empty()) end_old_session();
    remember_session();
    schema_.locate(connection);
    if (stage_ == stage::opening) lock_opening();
    if (stage_ == stage::begun) lock_run_again();
}

/// Likewise a session in mid-statement. Before PostgreSQL 14, and on some systems, a server cannot.
void postgres_table::notice_lost_clients() {
    try {
        session_.connection().execute(
            "SELECT set_config(name, '2s', false) FROM pg_settings"
            " WHERE name = 'client_connection_check_interval'");
    } catch (const database::postgres_error& fault) {
        if (fault.trouble != database::postgres_trouble::refused) throw;
    }
}

void postgres_table::remember_session() {
    const auto found = session_.connection().execute(
        "SELECT pid, extract(epoch FROM backend_start) FROM pg_stat_activity WHERE pid = pg_backend_pid()");
    if (found.rows() != 1) return;
    session_pid_ = found.text(0, 0);
    session_start_ = found.text(0, 1);
}

/// What the server still holds of our last connection: it has our locks, and perhaps our transaction.
void postgres_table::end_old_session() {
    const std::array<postgres_value, 2> old{session_pid_, session_start_};
    session_.connection().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1::int"
        " AND extract(epoch FROM backend_start)::text = $2",
        old);
}

void postgres_table::lock_opening() {
    const auto statement = std::string("SELECT pg_try_advisory_lock") + opening_lock;
    while (session_.connection().execute(statement).text(0, 0) != "t")
        session_.wait("another run into the database " + session_.name() + " is just beginning", lock_pause);
}

void postgres_table::unlock_opening() {
    session_.connection().execute(std::string("SELECT pg_advisory_unlock") + opening_lock);
}

bool postgres_table::try_lock_run(const std::string& run_id) {
    const auto key = lock_key(run_id);
    const std::array<postgres_value, 1> value{key};
    return session_.connection().execute("SELECT pg_try_advisory_lock($1::bigint)", value).text(0, 0) == "t";
}

void postgres_table::lock_run(const std::string& run_id) {
    const auto until = steady_clock::now() + longest_ending;
    while (!try_lock_run(run_id)) {
        if (steady_clock::now() >= until) refuse_second(run_id);
        session_.wait("another run of the same list holds the database " + session_.name(), lock_pause);
    }
}

void postgres_table::refuse_second(const std::string& run_id) const {
    throw output_error(
        error_kind::cannot_create,
        session_.name() + ": another run of the same list is writing to it (run_id " + run_id + ")");
}

/// After a lost connection. Whoever else has it has not necessarily written anything.
void postgres_table::lock_run_again() {
    while (!try_lock_run(run_id_)) {
        const auto there = look_at_fence(false);
        if (!there || there->writer != writer_) require_own(there);
        session_.wait("the database " + session_.name() + " has not let go of our last connection",
                      taken_pause);
    }
}

/// `for_update` waits until a transaction that is still under way in our last session has ended.
std::optional<postgres_table::fence> postgres_table::look_at_fence(bool for_update) {
    const std::array<postgres_value, 1> values{run_id_};
    const auto found =
        session_.connection().execute("SELECT sequence, writer FROM " + schema_.runs() +
                                          " WHERE run_id = $1" + (for_update ? " FOR UPDATE" : ""),
                                      values);
    if (found.rows() != 1) return std::nullopt;
    return fence{std::string(found.text(0, 0)), std::string(found.text(0, 1))};
}

bool postgres_table::is_raised(const std::optional<fence>& there) const {
    return there && there->writer == writer_ && there->sequence == std::to_string(sequence_ + 1);
}

void postgres_table::require_own(const std::optional<fence>& there) const {
    if (!there)
        throw output_error(error_kind::io, session_.name() +
                                               ": somebody has removed this run from the table " +
                                               std::string(database::runs_table));
    if (there->writer != writer_)
        throw output_error(error_kind::io, session_.name() + ": another process has taken over this run");
    if (there->sequence != std::to_string(sequence_))
        throw output_error(error_kind::io,
                           session_.name() +
                               ": the database no longer has what it had confirmed; was it restored, "
                               "or has another server taken over?");
}

void postgres_table::raise_fence(std::string_view assignments, std::optional<std::string_view> value) {
    const auto sequence = std::to_string(sequence_);
    std::vector<postgres_value> values{run_id_, writer_, sequence};
    if (value) values.emplace_back(*value);
    const auto raised = session_.connection().execute(
        "UPDATE " + schema_.runs() + " SET sequence = sequence + 1, " + std::string(assignments) +
            " WHERE run_id = $1 AND writer = $2 AND sequence = $3::bigint",
        values);
    if (raised.changed_rows() == 1) return;
    require_own(look_at_fence(false));
    throw output_error(error_kind::io, session_.name() + ": the run's row cannot be changed");
}

/// Exactly once, whatever becomes of the answer to COMMIT: `action` raises the fence.
void postgres_table::transact_fenced(const std::function<void()>& action) {
    bool is_in_doubt = false;
    session_.persist([&] {
        if (is_in_doubt) {
            std::optional<fence> there;
            session_.transact([&] { there = look_at_fence(true); });
            if (is_raised(there)) return;
            require_own(there);
        }
        is_in_doubt = true;
        session_.transact(action);
    });
    ++sequence_;
}

std::string postgres_table::make_copy(std::string_view rows) {
    std::string copy;
    copy.reserve(rows.size() + rows.size() / 2);
    compact_row row;
    while (take_compact_row(rows, row)) {
        if (row.line != 0) {
            append_row(copy, run_id_, row);
        } else if (!kept_) {
            kept_.emplace(row.kept.begin(), row.kept.end());
        }
    }
    return copy;
}

/// `copy` was made of `rows`. A complaint about a row names its line of the list.
void postgres_table::copy_in(std::string_view copy, std::string_view rows) {
    const auto sent = static_cast<std::uint64_t>(std::count(copy.begin(), copy.end(), '\n'));
    try {
        const auto added = session_.connection().copy_in(schema_.copy_statement(*kept_), copy);
        if (added == sent) return;
        throw output_error(error_kind::io, session_.name() + ": of " + std::to_string(sent) +
                                               " rows the table " + show_path(schema_.table()) + " took " +
                                               std::to_string(added) +
                                               "; does a trigger or a rule keep rows out of it?");
    } catch (const database::postgres_error& fault) {
        if (fault.copy_line == 0) throw;
        throw database::postgres_error(fault.trouble, fault.sqlstate,
                                       std::string(fault.what()) + ", in the row of line " +
                                           std::to_string(line_at(rows, fault.copy_line)) + " of the list");
    }
}

void postgres_table::save(std::string_view rows, std::string_view progress) {
    const auto copy = make_copy(rows);
    transact_fenced([&] {
        raise_fence("progress = $4", progress);
        if (kept_ && !has_table_) schema_.make_rows(session_.connection(), *kept_);
        if (!copy.empty()) copy_in(copy, rows);
    });
    has_table_ = kept_.has_value();
}

void postgres_table::finish(const std::vector<std::string>& replaced) {
    transact_fenced([&] {
        for (const auto& one : replaced)
            delete_run(one);
        raise_fence("finished_at = now()", std::nullopt);
    });
}

void postgres_table::discard() {
    bool is_in_doubt = false;
    session_.persist([&] {
        if (is_in_doubt) {
            bool is_there = true;
            session_.transact([&] { is_there = look_at_fence(true).has_value(); });
            if (!is_there) return;
        }
        is_in_doubt = true;
        session_.transact([this] {
            raise_fence("writer = writer", std::nullopt);
            delete_run(run_id_);
        });
    });
}

/// Of a list whose columns were not known before its first record, the table may be missing still.
void postgres_table::delete_run(const std::string& run_id) {
    const std::array<postgres_value, 1> values{run_id};
    if (schema_.has_rows(session_.connection()))
        session_.connection().execute("DELETE FROM " + schema_.rows() + " WHERE run_id = $1", values);
    session_.connection().execute("DELETE FROM " + schema_.runs() + " WHERE run_id = $1", values);
}

}  // namespace cardresolver::sink
