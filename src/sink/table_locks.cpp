#include "sink/table_locks.hpp"

#include "checksum/crc32c.hpp"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

namespace cardresolver::sink {
namespace {

/// A database has at most 2^48 bytes.
constexpr off_t opening_byte = off_t{1} << 61;
constexpr off_t first_run_byte = off_t{1} << 62;

struct flock byte_at(off_t at, short type) noexcept {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = at;
    lock.l_len = 1;
    return lock;
}

}  // namespace

bool table_locks::try_byte(off_t at) const {
    auto lock = byte_at(at, F_WRLCK);
    if (::fcntl(file_.number(), F_OFD_SETLK, &lock) == 0) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    throw std::system_error(errno, std::generic_category());
}

bool table_locks::try_opening() {
    return try_byte(opening_byte);
}

void table_locks::end_opening() noexcept {
    auto lock = byte_at(opening_byte, F_UNLCK);
    ::fcntl(file_.number(), F_OFD_SETLK, &lock);
}

bool table_locks::is_at(const std::string& path) const noexcept {
    struct stat held {};
    struct stat named {};
    return ::fstat(file_.number(), &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/// Two runs of one byte, one in 2^60, would keep each other out: harmless.
bool table_locks::try_run(std::string_view run_id) {
    const auto low = checksum::extend_crc32c(0, run_id);
    const auto high = checksum::extend_crc32c(low, run_id) >> 4U;
    return try_byte(first_run_byte + static_cast<off_t>((std::uint64_t{high} << 32U) | low));
}

}  // namespace cardresolver::sink
