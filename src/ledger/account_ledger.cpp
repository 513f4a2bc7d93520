#include "ledger/account_ledger.hpp"

#include "database/sqlite.hpp"
#include "ledger/account_text.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace cardresolver::ledger {
namespace {

using database::sqlite_connection;
using database::sqlite_error;
using error_kind = ledger_error::error_kind;

/// "CRAL": tells our files from other people's (see SQLite's file format, offset 68).
constexpr std::int64_t application_id = 0x4352414C;
constexpr std::int64_t format_version = 1;

/// Another process holds the lock for one exchange.
constexpr std::chrono::milliseconds longest_lock{2000};

std::string system_text(int code) {
    return std::system_category().message(code);
}

void make_folder(const std::string& folder) {
    std::error_code failed;
    const bool is_new = std::filesystem::create_directories(folder, failed);
    if (failed) {
        throw ledger_error(error_kind::cannot_open, "the state directory '" + folder + "' cannot be made: " +
                                                        failed.message() + "; give another one with --state-dir");
    }
    if (is_new) (void)::chmod(folder.c_str(), S_IRWXU);
}

/// With a mode of its own, whatever the umask says: SQLite gives its other files the same one.
void make_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) {
        throw ledger_error(error_kind::cannot_open, "the account's ledger '" + path + "' cannot be opened: " +
                                                        system_text(errno) +
                                                        "; give another state directory with --state-dir");
    }
    ::close(descriptor);
}

}  // namespace

std::string file_name_of(const account_name& account) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string name;
    for (const unsigned char c : account.appid + "@" + account.carrier) {
        const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              c == '.' || c == '-' || c == '@';
        if (is_plain) {
            name.push_back(static_cast<char>(c));
        } else {
            name.append({'%', digits[c >> 4U], digits[c & 0xFU]});
        }
    }
    return name + ".ledger";
}

class account_ledger::implementation {
public:
    implementation(const std::string& path, std::uint64_t random, clock clocks)
        : path_(path), random_(random), clocks_(std::move(clocks)) {
        guarded(error_kind::cannot_open, [this] { open(); });
    }

    dispatch::quota::grant exchange(const dispatch::quota::request& request) {
        std::optional<dispatch::quota::grant> granted;
        guarded(error_kind::io, [&] {
            connection_->execute("BEGIN IMMEDIATE");
            granted = exchange_in_transaction(request);
            connection_->execute("COMMIT");
        });
        return std::move(*granted);
    }

private:
    void open() {
        connection_.emplace(path_, sqlite_connection::opening::existing);
        connection_->wait_for_locks(longest_lock);
        connection_->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        connection_->execute("BEGIN IMMEDIATE");
        if (connection_->number_of("SELECT count(*) FROM sqlite_schema") == 0) {
            connection_->execute("PRAGMA application_id = " + std::to_string(application_id));
            connection_->execute("PRAGMA user_version = " + std::to_string(format_version));
            connection_->execute("CREATE TABLE account (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL)");
        }
        connection_->execute("COMMIT");
        if (connection_->number_of("PRAGMA application_id") != application_id) {
            throw ledger_error(error_kind::cannot_open,
                               "'" + path_ + "' is not a ledger of cardresolver: move it away, or give another"
                                             " state directory with --state-dir");
        }
        if (connection_->number_of("PRAGMA user_version") != format_version) {
            throw ledger_error(error_kind::cannot_open,
                               "the account's ledger '" + path_ + "' was written by another version of"
                               " cardresolver: use that one");
        }
        load_.emplace(connection_->prepare("SELECT state FROM account"));
        save_.emplace(connection_->prepare("INSERT OR REPLACE INTO account (id, state) VALUES (1, ?)"));
    }

    dispatch::quota::grant exchange_in_transaction(const dispatch::quota::request& request) {
        const auto clocks = clocks_();
        auto kept = load(clocks);
        const dispatch::quota::moment now{ledger_time_at(clocks, kept.clocks, kept.state.now), clocks.wall};
        dispatch::quota::account_book book(std::move(kept.state));
        auto granted = book.exchange(request, now);
        const auto text = write_account({book.state(), clocks});
        save_->bind_text(0, text);
        save_->step();
        save_->reset();
        return granted;
    }

    kept_account load(const clock_reading& clocks) {
        std::optional<kept_account> kept;
        if (load_->step()) {
            kept = read_account(load_->text(0));
            if (!kept) {
                load_->reset();
                throw damage();
            }
        } else {
            kept = kept_account{dispatch::quota::new_account(random_), clocks};
        }
        load_->reset();
        return std::move(*kept);
    }

    ledger_error damage() const {
        return {error_kind::io,
                "the account's ledger '" + path_ + "' is damaged: what was spent of the quota today is not known;"
                " move the file away once it is safe to count from zero"};
    }

    template <class Action>
    void guarded(error_kind otherwise, Action action) {
        try {
            action();
        } catch (const sqlite_error& fault) {
            roll_back();
            if (fault.is_locked()) {
                throw ledger_error(error_kind::passing,
                                   "the account's ledger '" + path_ + "' is locked by another program");
            }
            if (fault.is_full()) throw ledger_error(error_kind::passing, "no room for the account's ledger '" + path_ + "'");
            if (fault.is_damage()) throw damage();
            throw ledger_error(otherwise, std::string("the account's ledger cannot be used: ") + fault.what());
        } catch (...) {
            roll_back();
            throw;
        }
    }

    void roll_back() noexcept {
        if (load_) load_->reset();
        if (save_) save_->reset();
        if (!connection_ || !connection_->is_in_transaction()) return;
        try {
            connection_->execute("ROLLBACK");
        } catch (const sqlite_error&) {
            // SQLite has rolled back by itself where it cannot here.
        }
    }

    std::string path_;
    std::uint64_t random_;
    clock clocks_;
    std::optional<sqlite_connection> connection_;
    std::optional<database::sqlite_statement> load_;
    std::optional<database::sqlite_statement> save_;
};

account_ledger::account_ledger(const std::string& folder, const account_name& account, std::uint64_t random,
                               clock clocks) {
    make_folder(folder);
    const auto path = folder + "/" + file_name_of(account);
    make_file(path);
    implementation_ = std::make_unique<implementation>(path, random, std::move(clocks));
}

account_ledger::~account_ledger() = default;

dispatch::quota::grant account_ledger::exchange(const dispatch::quota::request& request) {
    return implementation_->exchange(request);
}

}  // namespace cardresolver::ledger
