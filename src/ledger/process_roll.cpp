#include "ledger/process_roll.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>

namespace cardresolver::ledger {
namespace {

constexpr auto last_place = static_cast<dispatch::quota::process_id>(std::numeric_limits<off_t>::max());

/// Ids are drawn at random: two in one place are as unlikely as two of the same.
struct flock lock_of(dispatch::quota::process_id process) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = static_cast<off_t>(process & last_place);
    lock.l_len = 1;
    return lock;
}

}  // namespace

process_roll::process_roll(const std::string& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ < 0) throw std::system_error(errno, std::generic_category());
    struct stat file {};
    ::fstat(file_, &file);
    identity_ = file.st_ino;
}

process_roll::~process_roll() {
    ::close(file_);
}

void process_roll::enter(dispatch::quota::process_id process) {
    if (std::find(own_.begin(), own_.end(), process) != own_.end()) return;
    auto lock = lock_of(process);
    // A lock of the open file: others in this process may open and close it as they like.
    if (::fcntl(file_, F_OFD_SETLK, &lock) != 0) throw std::system_error(errno, std::generic_category());
    own_.push_back(process);
}

bool process_roll::has_ended(dispatch::quota::process_id process) const noexcept {
    if (std::find(own_.begin(), own_.end(), process) != own_.end()) return false;
    auto lock = lock_of(process);
    // Who cannot be looked up may be alive.
    return ::fcntl(file_, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
}

}  // namespace cardresolver::ledger
