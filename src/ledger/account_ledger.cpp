#include "ledger/account_ledger.hpp"

#include "database/sqlite.hpp"
#include "ledger/book_text.hpp"
#include "ledger/ledger_file.hpp"
#include "ledger/process_roll.hpp"
#include "ledger/random_number.hpp"

#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <utility>
#include <vector>

namespace cardresolver::ledger {
namespace {

using database::sqlite_connection;
using database::sqlite_error;
using error_kind = ledger_error::error_kind;

constexpr auto processes_suffix = "-processes";

/// An exchange takes milliseconds: whoever holds the lock longer hangs, and the caller tries again.
constexpr std::chrono::milliseconds longest_lock{1000};

[[noreturn]] void fail(const std::string& path, const sqlite_error& fault) {
    if (fault.is_locked() || fault.is_full()) throw ledger_error(error_kind::passing, fault.what());
    if (fault.is_damage() || fault.is_statement()) refuse_damaged(path, fault.what());
    if (fault.is_read_only() || !fault.is_io())
        throw ledger_error(error_kind::cannot_create,
                           std::string(fault.what()) + "; '" + path +
                               "' and its folder must be writable, or give another --state-dir");
    throw ledger_error(error_kind::io, fault.what());
}

/// What fails in `action` comes out as `ledger_error`.
template <class Action>
auto guarded(const std::string& path, Action action) {
    try {
        return action();
    } catch (const sqlite_error& fault) {
        fail(path, fault);
    } catch (const std::system_error& fault) {
        throw ledger_error(error_kind::cannot_create, "'" + path + processes_suffix +
                                                          "', where processes show " +
                                                          "that they are alive: " + fault.code().message() +
                                                          "; give a folder that can be written, of a file " +
                                                          "system with locks, as --state-dir");
    }
}

/// A file by its name, as it was when this was made.
class known_file {
public:
    explicit known_file(std::string path) : path_(std::move(path)), identity_(identify(path_)) {}

    /// Whoever has made another file of this name has other grants.
    void require_same() const {
        if (identify(path_) != identity_)
            throw ledger_error(error_kind::io, "'" + path_ + "' has been moved or replaced");
    }

private:
    static std::pair<dev_t, ino_t> identify(const std::string& path) {
        struct stat file {};
        if (::stat(path.c_str(), &file) != 0) return {};
        return {file.st_dev, file.st_ino};
    }

    std::string path_;
    std::pair<dev_t, ino_t> identity_;
};

}  // namespace

class account_ledger::implementation {
public:
    implementation(const std::string& path, clock_reader clocks)
        : path_(path),
          clocks_(std::move(clocks)),
          connection_(path, sqlite_connection::opening::existing),
          roll_(path + processes_suffix) {
        connection_.wait_for_locks(longest_lock);
        require_ledger(connection_, path_);
        connection_.execute("PRAGMA synchronous = FULL");
        // SQLite has made its own by now, and keeps them while the connection is open.
        for (const auto* suffix : {"", processes_suffix, "-wal", "-shm"})
            files_.emplace_back(path + suffix);
        load_.emplace(connection_.prepare("SELECT book FROM ledger"));
        save_.emplace(connection_.prepare("UPDATE ledger SET book = ? WHERE id = 1"));
    }

    dispatch::quota::grant exchange(const dispatch::quota::request& asked) {
        for (const auto& file : files_)
            file.require_same();
        roll_.enter(asked.process);
        auto request = asked;
        request.roll = roll_.identity();
        dispatch::quota::grant given;
        in_transaction([&] {
            auto stored = load();
            const auto ended = ended_of(stored.state.members);
            // Only now: who waited for others is later than they, and who has ended did so before.
            const auto clocks = clocks_();
            const auto now = stored.state.now + elapsed(stored.clocks, clocks);
            dispatch::quota::account_book book(std::move(stored.state));
            given = book.exchange(request, {now, clocks.wall, slept(stored.clocks, clocks)}, ended);
            save({book.state(), clocks});
        });
        return given;
    }

private:
    stored_book load() {
        auto stored = load_->step() ? read_book(load_->text(0)) : std::nullopt;
        load_->reset();
        if (!stored) refuse_damaged(path_, "is damaged");
        return std::move(*stored);
    }

    void save(const stored_book& book) {
        const auto text = write_book(book);
        save_->bind_text(0, text);
        save_->step();
        save_->reset();
    }

    std::vector<dispatch::quota::process_id> ended_of(
        const std::vector<dispatch::quota::member>& members) const {
        std::vector<dispatch::quota::process_id> ended;
        for (const auto& one : members) {
            // Of one that has shown itself elsewhere nothing is known.
            if (one.roll == roll_.identity() && roll_.has_ended(one.process)) ended.push_back(one.process);
        }
        return ended;
    }

    template <class Action>
    void in_transaction(Action action) {
        try {
            connection_.execute("BEGIN IMMEDIATE");
            action();
            connection_.execute("COMMIT");
        } catch (...) {
            roll_back();
            throw;
        }
    }

    void roll_back() noexcept {
        load_->reset();
        save_->reset();
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
    process_roll roll_;
    std::vector<known_file> files_;
    std::optional<database::sqlite_statement> load_;
    std::optional<database::sqlite_statement> save_;
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
    make_ledger_folder(folder);
    guarded(path_, [&] {
        make_ledger_file(folder, path_, {dispatch::quota::new_account(random_number()), clocks()});
        implementation_ = std::make_unique<implementation>(path_, std::move(clocks));
    });
}

account_ledger::~account_ledger() = default;

dispatch::quota::grant account_ledger::exchange(const dispatch::quota::request& asked) {
    return guarded(path_, [&] { return implementation_->exchange(asked); });
}

}  // namespace cardresolver::ledger
