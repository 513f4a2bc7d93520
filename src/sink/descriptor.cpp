#include "sink/descriptor.hpp"

#include "card/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace cardresolver::sink {

descriptor& descriptor::operator=(descriptor&& other) noexcept {
    if (this != &other) {
        close();
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

descriptor::~descriptor() {
    close();
}

int descriptor::close() noexcept {
    if (!is_open()) return 0;
    // Never again after EINTR: on Linux the number is free by then, and may be somebody else's.
    const auto result = ::close(std::exchange(number_, -1));
    return result == 0 || errno == EINTR ? 0 : errno;
}

descriptor open_at(int folder, const char* path, int flags, unsigned mode) noexcept {
    for (;;) {
        const int number = ::openat(folder, path, flags | O_CLOEXEC | O_NOCTTY, mode);
        if (number >= 0 || errno != EINTR) return descriptor(number);
    }
}

int write_all(int number, std::string_view bytes, std::uint64_t& written) noexcept {
    while (!bytes.empty()) {
        const auto count = ::write(number, bytes.data(), bytes.size());
        if (count > 0) {
            written += static_cast<std::uint64_t>(count);
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (count == 0) {
            return EIO;  // a device that takes nothing would keep us here for ever
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            pollfd waiting{number, POLLOUT, 0};
            ::poll(&waiting, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

int read_all_at(int number, std::string& bytes, std::uint64_t offset) noexcept {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto count =
            ::pread(number, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
        if (count > 0) {
            done += static_cast<std::size_t>(count);
        } else if (count == 0) {
            return EIO;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

std::string show_path(std::string_view path) {
    constexpr std::size_t max_shown = 1000;
    std::string text = "'";
    card::append_printable(text, path, max_shown);
    text.push_back('\'');
    return text;
}

void fail(output_error::error_kind kind, std::string_view name, std::string_view what, int error) {
    fail(kind, name, std::string(what) + ": " + std::generic_category().message(error));
}

void fail(output_error::error_kind kind, std::string_view name, std::string_view what) {
    throw output_error(kind, std::string(name) + ": " + std::string(what));
}

}  // namespace cardresolver::sink
