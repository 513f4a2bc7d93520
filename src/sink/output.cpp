#include "sink/output.hpp"

#include "sink/compressed_output.hpp"
#include "sink/descriptor.hpp"
#include "sink/file_output.hpp"
#include "sink/stream_output.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace cardresolver::sink {
namespace {

using error_kind = output_error::error_kind;

constexpr int max_links = 40;  // as many as the kernel follows

/// A copy of the descriptor, so that closing it shows the errors of earlier writes and leaves descriptor 1
/// open.
std::unique_ptr<output> open_standard_output() {
    constexpr auto name = "standard output";
    descriptor copy(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!copy.is_open()) fail(error_kind::cannot_create, name, "cannot be used", errno);
    // Better said now than once the first rows have been paid for.
    if ((::fcntl(copy.number(), F_GETFL) & O_ACCMODE) == O_RDONLY)
        fail(error_kind::cannot_create, name, "is closed, or open for reading alone");
    return std::make_unique<stream_output>(std::move(copy), name);
}

std::unique_ptr<output> open_stream(const std::string& target) {
    const auto name = show_path(target);
    auto opened = open_at(AT_FDCWD, target.c_str(), O_WRONLY);
    if (!opened.is_open()) fail(error_kind::cannot_create, name, "cannot be opened", errno);
    return std::make_unique<stream_output>(std::move(opened), name);
}

/// Where `target` leads, also where the last of its symbolic links leads to nothing yet: the file belongs
/// there, and the link stays.
std::filesystem::path follow_links(const std::string& target) {
    std::filesystem::path path = target;
    for (int i = 0; i < max_links; ++i) {
        std::error_code error;
        const auto status = std::filesystem::symlink_status(path, error);
        if (!std::filesystem::is_symlink(status)) return path;
        const auto next = std::filesystem::read_symlink(path, error);
        if (error) fail(error_kind::cannot_create, show_path(target), "cannot be resolved", error.value());
        path = path.parent_path() / next;  // an absolute `next` replaces it all
    }
    fail(error_kind::cannot_create, show_path(target), "too many symbolic links");
}

/// Linux leads /dev/stdout to the file behind it; whoever names it means the stream.
bool is_standard_output(const std::string& target) {
    return target == "-" || target == "/dev/stdout";
}

std::unique_ptr<output> open_plain(const output_settings& settings) {
    if (is_standard_output(settings.target)) return open_standard_output();
    struct stat status {};
    if (::stat(settings.target.c_str(), &status) == 0) {
        if (S_ISDIR(status.st_mode))
            fail(error_kind::cannot_create, show_path(settings.target), "is a folder");
        if (!S_ISREG(status.st_mode)) return open_stream(settings.target);
    }
    return std::make_unique<file_output>(follow_links(settings.target), settings.force);
}

}  // namespace

void output::resume(const output_mark& /*from*/) {
    throw output_error(error_kind::io, "an output that keeps nothing cannot be resumed");
}

std::unique_ptr<output> open_output(const output_settings& settings) {
    auto plain = open_plain(settings);
    if (is_standard_output(settings.target)) return plain;
    auto encoder = make_encoder(compression_of(settings.target));
    if (!encoder) return plain;
    return std::make_unique<compressed_output>(std::move(plain), std::move(encoder));
}

std::optional<std::string> file_of(const std::string& target) {
    if (is_standard_output(target)) return std::nullopt;
    struct stat status {};
    if (::stat(target.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) return std::nullopt;
    return follow_links(target).string();
}

}  // namespace cardresolver::sink
