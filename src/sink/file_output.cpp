#include "sink/file_output.hpp"

#include "checksum/crc32c.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace cardresolver::sink {
namespace {

using error_kind = output_error::error_kind;

constexpr std::chrono::milliseconds full_disk_pause{5000};
constexpr int max_openings = 100;  // each but the last has met a run that ended at that very moment

int sync_once(int number) noexcept {
    while (::fsync(number) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

}  // namespace

file_output::file_output(const std::filesystem::path& target, bool force)
    : target_(target.filename().string()),
      partial_(target_ + ".partial"),
      name_(show_path(target.string())),
      force_(force) {
    if (target_.empty() || target_ == "." || target_ == "..") {
        fail(error_kind::cannot_create, name_, "is no file name");
    }
    open_folder(target.parent_path());
    refuse_finished_target();
    open_partial();
}

void file_output::open_folder(const std::filesystem::path& folder) {
    const auto path = folder.empty() ? std::string(".") : folder.string();
    folder_ = open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY);
    if (folder_.is_open()) return;
    const auto error = errno;
    if (error == ENOENT) fail(error_kind::cannot_create, name_, "there is no folder " + show_path(path));
    fail(error_kind::cannot_create, name_, "cannot use the folder " + show_path(path), error);
}

/// Opens and locks TARGET.partial. Its last owner may rename or remove it between our opening and our
/// locking: then what we hold is no longer TARGET.partial.
void file_output::open_partial() {
    for (int i = 0; i < max_openings; ++i) {
        file_ = open_at(folder_.number(), partial_.c_str(), O_RDWR | O_CREAT | O_EXCL, 0666);
        is_new_ = file_.is_open();
        // O_RDWR: does not wait for a reader where somebody put a FIFO there.
        if (!is_new_ && errno == EEXIST) {
            file_ = open_at(folder_.number(), partial_.c_str(), O_RDWR | O_NOFOLLOW);
            if (!file_.is_open() && errno == ENOENT) continue;
        }
        if (!file_.is_open()) {
            fail(error_kind::cannot_create, name_, "cannot create " + show_path(partial_), errno);
        }
        if (!lock_partial()) continue;
        refuse_finished_target();
        return;
    }
    fail(error_kind::cannot_create, name_,
         show_path(partial_) + " is created and removed by others all the time");
}

bool file_output::lock_partial() {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(file_.number(), F_OFD_SETLK, &lock) == 0) return is_still_partial();
    const auto error = errno;
    if (error == EAGAIN || error == EACCES) {
        fail(error_kind::cannot_create, name_,
             "another run is writing it (" + show_path(partial_) + " is locked)");
    }
    if (is_new_) ::unlinkat(folder_.number(), partial_.c_str(), 0);
    fail(error_kind::cannot_create, name_, "cannot lock " + show_path(partial_), error);
}

bool file_output::is_still_partial() const {
    struct stat held {};
    struct stat named {};
    if (::fstat(file_.number(), &held) != 0)
        fail(error_kind::cannot_create, name_, "cannot be examined", errno);
    if (!S_ISREG(held.st_mode))
        fail(error_kind::cannot_create, name_, show_path(partial_) + " is no regular file");
    if (::fstatat(folder_.number(), partial_.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) return false;
    return held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/// Called before TARGET.partial is touched, and again with the lock: the run that held it may just have
/// finished.
void file_output::refuse_finished_target() const {
    struct stat status {};
    if (::fstatat(folder_.number(), target_.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return;
        fail(error_kind::cannot_create, name_, "cannot be examined", errno);
    }
    if (S_ISREG(status.st_mode) && force_) return;
    if (is_new_) ::unlinkat(folder_.number(), partial_.c_str(), 0);
    if (!S_ISREG(status.st_mode)) fail(error_kind::cannot_create, name_, "is no regular file");
    fail(error_kind::cannot_create, name_, "exists already; --force replaces it");
}

std::uint64_t file_output::size_of_partial() const {
    struct stat status {};
    if (::fstat(file_.number(), &status) != 0)
        fail(error_kind::cannot_create, name_, "cannot be examined", errno);
    return static_cast<std::uint64_t>(status.st_size);
}

void file_output::restart() {
    if (::ftruncate(file_.number(), 0) != 0)
        fail(error_kind::cannot_create, name_, "cannot empty " + show_path(partial_), errno);
    is_new_ = true;
}

void file_output::resume(const output_mark& from) {
    const auto size = size_of_partial();
    if (size < from.bytes) {
        const auto there = is_new_ ? std::string("is gone") : "has " + std::to_string(size) + " bytes";
        if (std::exchange(is_new_, false)) ::unlinkat(folder_.number(), partial_.c_str(), 0);
        fail(error_kind::damaged, name_,
             show_path(partial_) + " " + there + ", but " + std::to_string(from.bytes) +
                 " were written; bring it back, or drop the rows so far with --restart");
    }
    if (tail_crc(from.bytes, error_kind::damaged) != from.tail_crc) {
        fail(error_kind::damaged, name_,
             show_path(partial_) +
                 " has been changed since the last run wrote it; bring it back, or drop the "
                 "rows so far with --restart");
    }
    const auto end = static_cast<off_t>(from.bytes);
    if (::ftruncate(file_.number(), end) != 0 || ::lseek(file_.number(), end, SEEK_SET) != end)
        fail(error_kind::io, name_, "cannot be cut back to its last durable row", errno);
    bytes_ = from.bytes;
}

/// Of what stands before `end`.
std::uint32_t file_output::tail_crc(std::uint64_t end, error_kind where_unreadable) const {
    std::string tail(std::min<std::uint64_t>(end, marked_tail), '\0');
    const auto error = read_all_at(file_.number(), tail, end - tail.size());
    if (error != 0) fail(where_unreadable, name_, "cannot be read back", error);
    return checksum::extend_crc32c(0, tail);
}

output_mark file_output::mark() {
    return {bytes_, tail_crc(bytes_, error_kind::io)};
}

void file_output::write(std::string_view bytes) {
    if (is_spoiled_) fail(error_kind::io, name_, "an earlier write has failed");
    const auto before = bytes_;
    for (;;) {
        const auto error = write_all(file_.number(), bytes.substr(bytes_ - before), bytes_);
        if (error == 0) return;
        const bool is_full = error == ENOSPC || error == EDQUOT;
        if (is_full && wait_ && wait_("no room on the disk for further rows", full_disk_pause)) continue;
        spoil("cannot be written", error, is_full ? error_kind::waited_in_vain : error_kind::io);
    }
}

void file_output::sync() {
    if (is_spoiled_) fail(error_kind::io, name_, "an earlier write has failed");
    make_durable(file_, false);
}

void file_output::commit() {
    if (is_spoiled_) fail(error_kind::io, name_, "an earlier write has failed");
    make_durable(file_, false);
    if (!is_still_partial()) spoil(show_path(partial_) + " has been moved or replaced", ENOENT);
    rename_partial();
    make_durable(folder_, true);
    close_partial();
}

void file_output::suspend() {
    if (!is_spoiled_) make_durable(file_, false);
    close_partial();
}

void file_output::discard() {
    // With the lock held, the name is ours.
    if (file_.is_open()) ::unlinkat(folder_.number(), partial_.c_str(), 0);
    file_.close();
}

/// A failed fsync is final: the kernel has marked the pages clean, and a second one would report success.
void file_output::make_durable(const descriptor& what, bool is_folder) {
    const auto error = sync_once(what.number());
    // Some file systems know no fsync of a folder; there is nothing else that could be done there.
    if (error == 0 || (is_folder && error == EINVAL)) return;
    spoil(is_folder ? "its folder cannot be made durable" : "cannot be made durable", error);
}

void file_output::rename_partial() {
    const auto folder = folder_.number();
    if (force_) {
        if (::renameat(folder, partial_.c_str(), folder, target_.c_str()) != 0)
            spoil("cannot be renamed", errno);
        return;
    }
    if (::renameat2(folder, partial_.c_str(), folder, target_.c_str(), RENAME_NOREPLACE) == 0) return;
    if (errno == EEXIST) refuse_appeared_target();
    if (errno != EINVAL && errno != ENOSYS) spoil("cannot be renamed", errno);
    link_partial();
}

/// For file systems that cannot rename without replacing.
void file_output::link_partial() {
    const auto folder = folder_.number();
    if (::linkat(folder, partial_.c_str(), folder, target_.c_str(), 0) != 0) {
        if (errno == EEXIST) refuse_appeared_target();
        spoil("cannot be renamed", errno);
    }
    if (::unlinkat(folder, partial_.c_str(), 0) != 0) spoil("its .partial cannot be removed", errno);
}

void file_output::spoil(std::string_view what, int error, error_kind kind) {
    is_spoiled_ = true;
    fail(kind, name_, what, error);
}

void file_output::refuse_appeared_target() {
    is_spoiled_ = true;
    fail(error_kind::cannot_create, name_,
         "has been created by somebody else meanwhile; the rows are in " + show_path(partial_));
}

void file_output::close_partial() {
    const auto error = file_.close();
    if (error != 0 && !is_spoiled_) spoil("cannot be closed", error);
}

}  // namespace cardresolver::sink
