#include "app/whole_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cardresolver::app {
namespace {

bool is_special(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

bool write_all(int to, std::string_view content) {
    while (!content.empty()) {
        const auto written = ::write(to, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// False with `errno` set.
bool write_file(const std::string& path, std::string_view content, bool is_durable) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) return false;
    bool is_written = write_all(file, content);
    if (is_durable) is_written = is_written && ::fsync(file) == 0;
    const int reason = errno;
    const bool is_closed = ::close(file) == 0;
    if (!is_written) errno = reason;
    return is_written && is_closed;
}

}  // namespace

std::optional<std::string> why_not_writable(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return std::strerror(EISDIR);
    const auto target = is_special(path) ? path : folder_of(path);
    if (::access(target.c_str(), W_OK) != 0) return std::strerror(errno);
    return std::nullopt;
}

std::optional<std::string> write_whole_file(const std::string& path, std::string_view content) {
    if (is_special(path)) {
        if (write_file(path, content, false)) return std::nullopt;
        return std::strerror(errno);
    }
    const auto neighbour = path + ".tmp-" + std::to_string(::getpid());
    if (write_file(neighbour, content, true) && std::rename(neighbour.c_str(), path.c_str()) == 0)
        return std::nullopt;
    std::string reason = std::strerror(errno);
    ::unlink(neighbour.c_str());
    return reason;
}

}  // namespace cardresolver::app
