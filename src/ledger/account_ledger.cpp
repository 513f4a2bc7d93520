#include "ledger/account_ledger.hpp"

#include "database/sqlite.hpp"
#include "ledger/book_text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <random>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace cardresolver::ledger {
namespace {

using database::sqlite_connection;
using database::sqlite_error;
using error_kind = ledger_error::error_kind;

/// "CRLG": tells our files from other people's (see SQLite's file format, offset 68).
constexpr std::int64_t application_id = 0x43524C47;
/// Of the table below; the text in it has a version of its own.
constexpr std::int64_t format_version = 1;

constexpr auto make_table = "CREATE TABLE ledger (id INTEGER PRIMARY KEY CHECK (id = 1), book TEXT NOT NULL)";

/// An exchange takes milliseconds: whoever holds the lock longer hangs, and the caller tries again.
constexpr std::chrono::milliseconds longest_lock{1000};

[[noreturn]] void refuse_folder(const std::string& folder, int code) {
    throw ledger_error(error_kind::cannot_create, "'" + folder + "', the folder of the account's ledger: " +
                                                      std::generic_category().message(code) +
                                                      "; give a folder that can be written as --state-dir");
}

[[noreturn]] void refuse_damaged(const std::string& why) {
    throw ledger_error(
        error_kind::damaged,
        why +
            "; it says how much of the quota is spent, so it is not made anew: move it away by hand "
            "once no quota of the last day matters");
}

void make_folder(const std::string& folder) {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), ignored);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) refuse_folder(folder, errno);
}

/// A file that is there is left alone: to close it would end the locks that others in this process have.
void make_file(const std::string& folder, const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) {
        ::close(file);
    } else if (errno != EEXIST) {
        refuse_folder(folder, errno);
    }
}

[[noreturn]] void fail(const std::string& path, const sqlite_error& fault) {
    if (fault.is_locked() || fault.is_full()) throw ledger_error(error_kind::passing, fault.what());
    if (fault.is_damage() || fault.is_statement()) refuse_damaged(fault.what());
    if (fault.is_read_only() || !fault.is_io())
        throw ledger_error(error_kind::cannot_create,
                           std::string(fault.what()) + "; '" + path +
                               "' and its folder must be writable, or give another --state-dir");
    throw ledger_error(error_kind::io, fault.what());
}

std::uint64_t random_number() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

struct file_identity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const file_identity&) const = default;
};

file_identity identity_of(const std::string& path) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0) return {};
    return {file.st_dev, file.st_ino};
}

}  // namespace

class account_ledger::implementation {
public:
    implementation(const std::string& path, clock_reader clocks)
        : path_(path), clocks_(std::move(clocks)), connection_(path, sqlite_connection::opening::existing) {
        connection_.wait_for_locks(longest_lock);
        if (!is_empty()) require_own();
        connection_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        in_transaction([this] {
            if (is_empty()) make();
            require_own();
        });
        load_.emplace(connection_.prepare("SELECT book FROM ledger"));
        save_.emplace(connection_.prepare("INSERT OR REPLACE INTO ledger (id, book) VALUES (1, ?)"));
        identity_ = identity_of(path_);
    }

    dispatch::quota::grant exchange(const dispatch::quota::request& asked) {
        require_place();
        dispatch::quota::grant given;
        in_transaction([&] {
            // Only now: who waited for others is later than they.
            const auto clocks = clocks_();
            auto stored = load(clocks);
            const auto now = stored.state.now + elapsed(stored.clocks, clocks);
            dispatch::quota::account_book book(std::move(stored.state));
            given = book.exchange(asked, {now, clocks.wall});
            save({book.state(), clocks});
        });
        return given;
    }

private:
    bool is_empty() { return connection_.number_of("SELECT count(*) FROM sqlite_schema") == 0; }

    void require_own() {
        if (connection_.number_of("PRAGMA application_id") != application_id)
            refuse_damaged("'" + path_ + "' is no ledger of this program's");
        if (connection_.number_of("PRAGMA user_version") != format_version)
            refuse_damaged("'" + path_ + "' is a ledger of another version of this program");
    }

    void make() {
        connection_.execute("PRAGMA application_id = " + std::to_string(application_id));
        connection_.execute("PRAGMA user_version = " + std::to_string(format_version));
        connection_.execute(make_table);
    }

    /// Whoever has made another file of this name has other grants.
    void require_place() const {
        if (identity_of(path_) != identity_)
            throw ledger_error(error_kind::io, "'" + path_ + "' has been moved or replaced");
    }

    stored_book load(const clock_reading& clocks) {
        if (!load_->step()) return {dispatch::quota::new_account(random_number()), clocks};
        auto stored = read_book(load_->text(0));
        load_->reset();
        if (!stored) refuse_damaged("'" + path_ + "' is damaged");
        return std::move(*stored);
    }

    void save(const stored_book& book) {
        const auto text = write_book(book);
        save_->bind_text(0, text);
        save_->step();
        save_->reset();
    }

    template <class Action>
    void in_transaction(Action action) {
        try {
            connection_.execute("BEGIN IMMEDIATE");
            action();
            if (load_) load_->reset();
            connection_.execute("COMMIT");
        } catch (...) {
            roll_back();
            throw;
        }
    }

    void roll_back() noexcept {
        if (load_) load_->reset();
        if (save_) save_->reset();
        if (!connection_.is_in_transaction()) return;
        try {
            connection_.execute("ROLLBACK");
        } catch (const sqlite_error&) {
            return;  // what was wrong is being reported
        }
    }

    std::string path_;
    clock_reader clocks_;
    sqlite_connection connection_;
    std::optional<database::sqlite_statement> load_;
    std::optional<database::sqlite_statement> save_;
    file_identity identity_;
};

std::string ledger_file_name(const account_name& account) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto escape = [&](std::string_view part) {
        std::string safe;
        for (const char c : part) {
            const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  (c >= '0' && c <= '9') || c == '-' || (c == '.' && !safe.empty());
            const auto byte = static_cast<unsigned char>(c);
            if (is_plain) {
                safe.push_back(c);
            } else {
                safe.append({'%', digits[byte >> 4U], digits[byte & 0x0FU]});
            }
        }
        return safe;
    };
    return escape(account.host) + "_" + std::to_string(account.port) + "_" + escape(account.appid) +
           ".ledger";
}

account_ledger::account_ledger(const std::string& folder, const account_name& account, clock_reader clocks)
    : path_((std::filesystem::path(folder) / ledger_file_name(account)).string()) {
    make_folder(folder);
    make_file(folder, path_);
    try {
        implementation_ = std::make_unique<implementation>(path_, std::move(clocks));
    } catch (const sqlite_error& fault) {
        fail(path_, fault);
    }
}

account_ledger::~account_ledger() = default;

dispatch::quota::grant account_ledger::exchange(const dispatch::quota::request& asked) {
    try {
        return implementation_->exchange(asked);
    } catch (const sqlite_error& fault) {
        fail(path_, fault);
    }
}

}  // namespace cardresolver::ledger
