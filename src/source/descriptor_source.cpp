#include "source/descriptor_source.hpp"

#include "source/input.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace cardresolver::source {
namespace {

using error_kind = input_error::error_kind;

std::string reason_of(int error) {
    return std::generic_category().message(error);
}

}  // namespace

bool is_standard_input(const std::string& path) noexcept {
    return path.empty() || path == "-";
}

descriptor_source::descriptor_source(const std::string& path) {
    open(path);
    try {
        examine();
    } catch (...) {
        close();
        throw;
    }
}

descriptor_source::~descriptor_source() {
    close();
}

void descriptor_source::open(const std::string& path) {
    if (is_standard_input(path)) {
        descriptor_ = STDIN_FILENO;
        return;
    }
    do {
        descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    } while (descriptor_ < 0 && errno == EINTR);
    if (descriptor_ < 0) throw input_error(error_kind::not_found, reason_of(errno));
    is_owned_ = true;
}

void descriptor_source::close() noexcept {
    if (is_owned_) ::close(descriptor_);
    is_owned_ = false;
}

void descriptor_source::examine() {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) throw input_error(error_kind::read, reason_of(errno));
    if (S_ISDIR(status.st_mode)) throw input_error(error_kind::not_found, "is a folder, not a list");
    if (!S_ISREG(status.st_mode)) return;
    size_ = static_cast<std::uint64_t>(status.st_size);
    ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);  // advice: no matter if refused
}

std::size_t descriptor_source::read(char* to, std::size_t room) {
    for (;;) {
        const auto count = ::read(descriptor_, to, room);
        if (count >= 0) {
            position_ += static_cast<std::uint64_t>(count);
            return static_cast<std::size_t>(count);
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            // Somebody who shares our standard input has made it non-blocking.
            pollfd waiting{descriptor_, POLLIN, 0};
            ::poll(&waiting, 1, -1);
        } else if (errno != EINTR) {
            throw input_error(error_kind::read, "cannot be read further: " + reason_of(errno));
        }
    }
}

}  // namespace cardresolver::source
