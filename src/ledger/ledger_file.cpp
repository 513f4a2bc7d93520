#include "ledger/ledger_file.hpp"

#include "database/sqlite.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace cardresolver::ledger {
namespace {

using database::sqlite_connection;
using error_kind = ledger_error::error_kind;

/// "CRLG": tells our files from other people's (see SQLite's file format, offset 68).
constexpr std::int64_t application_id = 0x43524C47;
/// Of the table below, and of the text in it.
constexpr std::int64_t format_version = 2;

constexpr auto make_table = "CREATE TABLE ledger (id INTEGER PRIMARY KEY CHECK (id = 1), book TEXT NOT NULL)";

[[noreturn]] void refuse_folder(const std::string& folder, int code) {
    throw ledger_error(error_kind::cannot_create, "'" + folder + "', the folder of the account's ledger: " +
                                                      std::generic_category().message(code) +
                                                      "; give a folder that can be written as --state-dir");
}

void fill(const std::string& path, const stored_book& book) {
    sqlite_connection connection(path, sqlite_connection::opening::existing);
    connection.execute("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
    connection.execute("PRAGMA application_id = " + std::to_string(application_id));
    connection.execute("PRAGMA user_version = " + std::to_string(format_version));
    connection.execute(make_table);
    const auto text = write_book(book);
    auto save = connection.prepare("INSERT INTO ledger (id, book) VALUES (1, ?)");
    save.bind_text(0, text);
    save.step();
    save.reset();
    connection.execute("COMMIT");
    // Only now: what is in a log of its own does not get the new name.
    auto mode = connection.prepare("PRAGMA journal_mode = WAL");
    if (!mode.step() || mode.text(0) != "wal")
        throw ledger_error(error_kind::cannot_create, "'" + path +
                                                          "': the file system cannot share a database; " +
                                                          "give a folder on another one as --state-dir");
}

/// A file that nobody else knows of. Its first name does not outlive this object.
class new_file {
public:
    explicit new_file(const std::string& folder) : path_(folder + "/new-ledger-XXXXXX") {
        const int file = ::mkstemp(path_.data());
        if (file < 0) refuse_folder(folder, errno);
        ::close(file);
    }
    new_file(const new_file&) = delete;
    new_file& operator=(const new_file&) = delete;
    ~new_file() {
        for (const auto* suffix : {"", "-journal", "-wal", "-shm"})
            ::unlink((path_ + suffix).c_str());
    }

    const std::string& path() const noexcept { return path_; }
    /// 0, or the error.
    int rename_to(const std::string& path) noexcept {
        if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) return 0;
        if (errno != EINVAL && errno != ENOSYS) return errno;
        // A file system that cannot: a second name does the same.
        return ::link(path_.c_str(), path.c_str()) == 0 ? 0 : errno;
    }

private:
    std::string path_;
};

/// To open it would be wrong: to close it again would end the locks that others in this process have.
bool is_there(const std::string& path) {
    struct stat file {};
    return ::lstat(path.c_str(), &file) == 0;
}

/// So that its entries outlive a power cut.
void sync_folder(const std::string& folder) {
    const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) refuse_folder(folder, errno);
    const int failed = ::fsync(opened) == 0 ? 0 : errno;
    ::close(opened);
    if (failed != 0 && failed != EINVAL) refuse_folder(folder, failed);
}

}  // namespace

void refuse_damaged(const std::string& path, const std::string& why) {
    throw ledger_error(
        error_kind::damaged,
        "the account's ledger '" + path + "': " + why +
            "; it says how much of the quota is spent, so it is not made anew: once no quota of "
            "the last day matters, move it away by hand with all files whose names begin so");
}

void make_ledger_folder(const std::string& folder) {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), ignored);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) refuse_folder(folder, errno);
}

void make_ledger_file(const std::string& folder, const std::string& path, const stored_book& book) {
    if (is_there(path)) return;
    // SQLite would take a log without its database for the new one's.
    if (is_there(path + "-wal") && !is_there(path))
        refuse_damaged(path, "is gone, but its log '" + path + "-wal' is not");
    new_file made(folder);
    fill(made.path(), book);
    const int failed = made.rename_to(path);
    if (failed != 0 && failed != EEXIST) refuse_folder(folder, failed);
    sync_folder(folder);
}

void require_ledger(sqlite_connection& connection, const std::string& path) {
    if (connection.number_of("PRAGMA application_id") != application_id)
        refuse_damaged(path, "is no ledger of this program's");
    if (connection.number_of("PRAGMA user_version") != format_version)
        refuse_damaged(path, "is of another version of this program");
}

}  // namespace cardresolver::ledger
