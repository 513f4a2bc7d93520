#include "source/descriptor_source.hpp"

#include "source/input.hpp"

#include <algorithm>
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

descriptor_source::descriptor_source(const std::string& path, const input_beginning& expected) {
    open(path);
    try {
        examine();
        if (!can_go()) beginning_ = list_beginning(expected);
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
    if (!is_owned_) {
        const auto begin = ::lseek(descriptor_, 0, SEEK_CUR);
        *size_ -= std::min(*size_, static_cast<std::uint64_t>(std::max<off_t>(begin, 0)));
    }
    ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);  // advice: no matter if refused
}

void descriptor_source::go_to(const input_position& from) {
    const auto offset = static_cast<off_t>(from.offset);
    if (::lseek(descriptor_, offset, SEEK_SET) != offset)
        throw input_error(error_kind::read, "cannot go on where it was left: " + reason_of(errno));
    position_ = from.offset;
    beginning_.go_to(from.hashed);
}

/// Takes note of what follows the first `position_` bytes.
void descriptor_source::note(std::string_view bytes) {
    const auto known = hashed().bytes - std::min(hashed().bytes, position_);
    position_ += bytes.size();
    bytes.remove_prefix(std::min<std::uint64_t>(known, bytes.size()));
    beginning_.note(bytes);
}

/// At the end: a list may have become shorter while it was read, or since a run began.
void descriptor_source::require_whole_beginning() const {
    beginning_.require_whole();
    if (size_ && position_ < *size_) {
        throw input_error(error_kind::unusable,
                          "has become shorter while it was read: " + std::to_string(position_) +
                              " bytes instead of " + std::to_string(*size_));
    }
}

std::size_t descriptor_source::read(char* to, std::size_t room) {
    for (;;) {
        const auto count = ::read(descriptor_, to, room);
        if (count >= 0) {
            if (count == 0) require_whole_beginning();
            note({to, static_cast<std::size_t>(count)});
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
