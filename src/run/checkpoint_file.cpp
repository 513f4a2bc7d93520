#include "run/checkpoint_file.hpp"

#include "database/sqlite.hpp"

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace cardresolver::run {
namespace {

using database::sqlite_error;
using error_kind = sink::output_error::error_kind;

/// "CRCP": tells our files from other people's (see SQLite's file format, offset 68).
constexpr std::int64_t application_id = 0x43524350;
/// Of the table below. A checkpoint lives as long as a run; there is nothing to migrate.
constexpr std::int64_t format_version = 1;

constexpr auto make_table =
    "CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), run_id TEXT NOT NULL,"
    " settings TEXT NOT NULL, input_size INTEGER, input_head INTEGER, input_tail INTEGER, input_inode "
    "INTEGER,"
    " input_modified_ns INTEGER, position_offset INTEGER NOT NULL, position_lines INTEGER NOT NULL,"
    " position_hashed INTEGER NOT NULL, position_crc INTEGER NOT NULL, position_encoding INTEGER,"
    " consumed_bytes INTEGER NOT NULL, consumed_crc INTEGER NOT NULL, "
    "newest_line INTEGER NOT NULL,"
    " open_lines BLOB, rows_bytes INTEGER NOT NULL, rows_tail INTEGER NOT NULL, failures_bytes INTEGER,"
    " failures_tail INTEGER, is_complete INTEGER NOT NULL, history TEXT NOT NULL)";

constexpr auto columns =
    "run_id, settings, input_size, input_head, input_tail, input_inode, input_modified_ns, position_offset,"
    " position_lines, position_hashed, position_crc, position_encoding, consumed_bytes, consumed_crc, "
    "newest_line, open_lines, rows_bytes, "
    "rows_tail,"
    " failures_bytes, failures_tail, is_complete, history";

constexpr std::int64_t to_column(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value);
}

/// Columns in their order, in both directions.
class column_writer {
public:
    explicit column_writer(database::sqlite_statement& to) : to_(to) {}
    void number(std::uint64_t value) { to_.bind(next_++, to_column(value)); }
    void signed_number(std::int64_t value) { to_.bind(next_++, value); }
    void text(std::string_view value) { to_.bind_text(next_++, value); }
    void blob(std::string_view value) { to_.bind_blob(next_++, value); }
    void nulls(int count) {
        for (; count > 0; --count)
            to_.bind_null(next_++);
    }

private:
    database::sqlite_statement& to_;
    int next_ = 0;
};

class column_reader {
public:
    explicit column_reader(database::sqlite_statement& from) : from_(from) {}
    bool is_null() const { return from_.is_null(next_); }
    std::uint64_t number() { return static_cast<std::uint64_t>(signed_number()); }
    std::uint32_t crc() { return static_cast<std::uint32_t>(signed_number()); }
    std::int64_t signed_number() { return from_.number(next_++); }
    std::string text() { return std::string(from_.text(next_++)); }
    std::string_view blob() { return from_.blob(next_++); }
    void skip(int count) { next_ += count; }

private:
    database::sqlite_statement& from_;
    int next_ = 0;
};

}  // namespace

class checkpoint_file::implementation {
public:
    explicit implementation(const std::string& path)
        : connection_(path, database::sqlite_connection::opening::create) {
        // Whoever holds OUT.partial is alone with this file: SQLite need not lock it anew for each commit.
        connection_.execute(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL;"
            " PRAGMA journal_mode = DELETE");
        if (connection_.number_of("SELECT count(*) FROM sqlite_schema") == 0) {
            connection_.execute("BEGIN");
            connection_.execute("PRAGMA application_id = " + std::to_string(application_id));
            connection_.execute("PRAGMA user_version = " + std::to_string(format_version));
            connection_.execute(make_table);
            connection_.execute("COMMIT");
        } else {
            is_foreign_ = connection_.number_of("PRAGMA application_id") != application_id ||
                          connection_.number_of("PRAGMA user_version") != format_version;
        }
        if (is_foreign_) return;
        save_.emplace(connection_.prepare(
            std::string("INSERT OR REPLACE INTO checkpoint (id, ") + columns +
            ") VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    }

    bool is_foreign() const noexcept { return is_foreign_; }

    /// `is_damaged` where there is a row, but not one of ours.
    std::optional<checkpoint> load(bool& is_damaged) {
        auto query = connection_.prepare(std::string("SELECT ") + columns + " FROM checkpoint");
        if (!query.step()) return std::nullopt;
        column_reader from(query);
        checkpoint state;
        state.run_id = from.text();
        state.settings = from.text();
        if (from.is_null()) {
            from.skip(5);
        } else {
            auto& input = state.input.emplace();
            input.size = from.number();
            input.head_crc = from.crc();
            input.tail_crc = from.crc();
            input.inode = from.number();
            input.modified_at_ns = from.signed_number();
        }
        state.position.offset = from.number();
        state.position.lines = from.number();
        state.position.hashed.bytes = from.number();
        state.position.hashed.crc = from.crc();
        if (from.is_null()) {
            from.skip(1);
        } else {
            state.position.encoding =
                from.number() == 0 ? source::input_encoding::utf8 : source::input_encoding::gb18030;
        }
        state.consumed.bytes = from.number();
        state.consumed.crc = from.crc();
        state.newest_line = from.number();
        auto open = decode_lines(from.blob());
        state.rows.bytes = from.number();
        state.rows.tail_crc = from.crc();
        if (from.is_null()) {
            from.skip(2);
        } else {
            auto& failures = state.failures.emplace();
            failures.bytes = from.number();
            failures.tail_crc = from.crc();
        }
        state.is_complete = from.number() != 0;
        state.history = from.text();
        is_damaged = !open || (!open->empty() && open->back().last > state.newest_line);
        if (open) state.open = std::move(*open);
        return state;
    }

    void save(const checkpoint& state) {
        const auto open = encode_lines(state.open);
        column_writer to(*save_);
        to.text(state.run_id);
        to.text(state.settings);
        if (state.input) {
            to.number(state.input->size);
            to.number(state.input->head_crc);
            to.number(state.input->tail_crc);
            to.number(state.input->inode);
            to.signed_number(state.input->modified_at_ns);
        } else {
            to.nulls(5);
        }
        to.number(state.position.offset);
        to.number(state.position.lines);
        to.number(state.position.hashed.bytes);
        to.number(state.position.hashed.crc);
        if (state.position.encoding) {
            to.number(*state.position.encoding == source::input_encoding::utf8 ? 0 : 1);
        } else {
            to.nulls(1);
        }
        to.number(state.consumed.bytes);
        to.number(state.consumed.crc);
        to.number(state.newest_line);
        to.blob(open);
        to.number(state.rows.bytes);
        to.number(state.rows.tail_crc);
        if (state.failures) {
            to.number(state.failures->bytes);
            to.number(state.failures->tail_crc);
        } else {
            to.nulls(2);
        }
        to.number(state.is_complete ? 1 : 0);
        to.text(state.history);
        save_->step();
        save_->reset();
    }

private:
    database::sqlite_connection connection_;
    std::optional<database::sqlite_statement> save_;
    bool is_foreign_ = false;
};

namespace {

[[noreturn]] void refuse_damaged(const std::string& why) {
    throw sink::output_error(error_kind::damaged,
                             why + "; the rows so far are kept: --restart drops them and starts anew");
}

/// What SQLite says, in the words of outputs.
template <class Action>
auto translated(error_kind kind, Action action) {
    try {
        return action();
    } catch (const sqlite_error& fault) {
        if (fault.is_damage()) refuse_damaged(fault.what());
        throw sink::output_error(kind, fault.what());
    }
}

}  // namespace

checkpoint_file::checkpoint_file(std::string path) : path_(std::move(path)) {
    implementation_ =
        translated(error_kind::cannot_create, [this] { return std::make_unique<implementation>(path_); });
    if (implementation_->is_foreign()) {
        throw sink::output_error(error_kind::damaged,
                                 "'" + path_ + "' is no checkpoint of this version of cardresolver");
    }
}

checkpoint_file::~checkpoint_file() = default;

std::optional<checkpoint> checkpoint_file::load() {
    bool is_damaged = false;
    auto state = translated(error_kind::io, [&] { return implementation_->load(is_damaged); });
    if (is_damaged) refuse_damaged("'" + path_ + "' is damaged");
    return state;
}

void checkpoint_file::save(const checkpoint& state) {
    translated(error_kind::io, [&] { implementation_->save(state); });
}

void checkpoint_file::remove() {
    implementation_.reset();
    remove_checkpoint(path_);
}

void remove_checkpoint(const std::string& path) {
    for (const auto* suffix : {"-journal", ""}) {
        if (::unlink((path + suffix).c_str()) != 0 && errno != ENOENT) {
            throw sink::output_error(error_kind::io, "'" + path + suffix + "' cannot be removed: " +
                                                         std::generic_category().message(errno));
        }
    }
}

}  // namespace cardresolver::run
