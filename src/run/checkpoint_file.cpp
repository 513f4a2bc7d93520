#include "run/checkpoint_file.hpp"

#include "database/sqlite.hpp"
#include "run/checkpoint_text.hpp"

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
constexpr std::int64_t format_version = 2;

constexpr auto make_table =
    "CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), run_id TEXT NOT NULL,"
    " settings TEXT NOT NULL, progress TEXT NOT NULL)";

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
            "INSERT OR REPLACE INTO checkpoint (id, run_id, settings, progress) VALUES (1, ?, ?, ?)"));
    }

    bool is_foreign() const noexcept { return is_foreign_; }

    /// `is_damaged` where there is a row, but not one of ours.
    std::optional<checkpoint> load(bool& is_damaged) {
        auto query = connection_.prepare("SELECT run_id, settings, progress FROM checkpoint");
        if (!query.step()) return std::nullopt;
        auto state = read_checkpoint(query.text(2));
        is_damaged = !state;
        if (!state) return std::nullopt;
        state->run_id = query.text(0);
        state->settings = query.text(1);
        return state;
    }

    void save(const checkpoint& state) {
        const auto progress = write_checkpoint(state);
        save_->bind_text(0, state.run_id);
        save_->bind_text(1, state.settings);
        save_->bind_text(2, progress);
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
        if (fault.is_damage() || fault.is_statement()) refuse_damaged(fault.what());
        throw sink::output_error(kind, fault.what());
    }
}

}  // namespace

checkpoint_file::checkpoint_file(std::string path) : path_(std::move(path)) {
    const bool is_there = ::access(path_.c_str(), F_OK) == 0;
    implementation_ = translated(error_kind::cannot_create, [&] {
        try {
            return std::make_unique<implementation>(path_);
        } catch (const sqlite_error& fault) {
            // What was written before and cannot be read is no matter of making it.
            if (is_there && fault.is_io()) throw sink::output_error(error_kind::io, fault.what());
            throw;
        }
    });
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
