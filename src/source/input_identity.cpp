#include "source/input_identity.hpp"

#include "checksum/crc32c.hpp"
#include "database/database_url.hpp"
#include "source/descriptor_source.hpp"
#include "source/input.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace cardresolver::source {
namespace {

constexpr std::uint64_t piece_size = 65536;

/// A file that is read here and there.
class probe {
public:
    explicit probe(const std::string& path) : path_(path) {
        do {
            descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
        } while (descriptor_ < 0 && errno == EINTR);
        if (descriptor_ < 0) fail(input_error::error_kind::not_found);
    }
    ~probe() { ::close(descriptor_); }
    probe(const probe&) = delete;
    probe& operator=(const probe&) = delete;

    struct stat status() const {
        struct stat facts {};
        if (::fstat(descriptor_, &facts) != 0) fail(input_error::error_kind::read);
        return facts;
    }

    /// CRC-32C of what stands from `begin` to `end`, or to the end of the file.
    std::uint32_t crc(std::uint64_t begin, std::uint64_t end) const {
        std::vector<char> piece(piece_size);
        std::uint32_t crc = 0;
        while (begin < end) {
            const auto wanted = std::min(end - begin, piece_size);
            const auto count = ::pread(descriptor_, piece.data(), wanted, static_cast<off_t>(begin));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail(input_error::error_kind::read);
            if (count == 0) break;
            crc = checksum::extend_crc32c(crc, {piece.data(), static_cast<std::size_t>(count)});
            begin += static_cast<std::uint64_t>(count);
        }
        return crc;
    }

private:
    [[noreturn]] void fail(input_error::error_kind kind) const {
        const auto error = errno;
        throw input_error(kind, name_of_input(path_) + ": " + std::generic_category().message(error));
    }

    const std::string& path_;
    int descriptor_ = -1;
};

}  // namespace

std::optional<input_identity> identify(const std::string& path) {
    if (is_standard_input(path) || database::is_database_url(path)) return std::nullopt;
    struct stat status {};
    // Asked before it is opened: opening a pipe may wait, and takes what is in it from its reader.
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) return std::nullopt;
    const probe file(path);
    const auto facts = file.status();
    input_identity identity;
    identity.size = static_cast<std::uint64_t>(facts.st_size);
    identity.head_crc = file.crc(0, std::min(identity.size, piece_size));
    identity.tail_crc = file.crc(identity.size - std::min(identity.size, piece_size), identity.size);
    identity.inode = facts.st_ino;
    identity.modified_at_ns = std::int64_t{facts.st_mtim.tv_sec} * 1'000'000'000 + facts.st_mtim.tv_nsec;
    return identity;
}

std::uint32_t crc_of_beginning(const std::string& path, std::uint64_t bytes) {
    return probe(path).crc(0, bytes);
}

}  // namespace cardresolver::source
