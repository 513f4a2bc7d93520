#include "run/plan/spill_file.hpp"

#include "card/text.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace cardresolver::run {
namespace {

/// Some file systems know no file without a name: there, it is taken away at once.
int open_nameless(const std::string& folder) {
    constexpr unsigned owner_only = 0600;
    const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, owner_only);
    if (descriptor >= 0) return descriptor;
    auto pattern = folder + "/cardresolver-XXXXXX";
    const int named = ::mkostemp(pattern.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(pattern.c_str());
    return named;
}

}  // namespace

spill_file::spill_file(std::string folder) : folder_(std::move(folder)), descriptor_(open_nameless(folder_)) {
    if (descriptor_ < 0) fail("a temporary file cannot be made", errno);
}

spill_file::~spill_file() {
    ::close(descriptor_);
}

std::uint64_t spill_file::append(std::string_view bytes) {
    const auto begin = size_;
    while (!bytes.empty()) {
        const auto count = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
        if (count < 0 && errno != EINTR) fail("the temporary file cannot be written", errno);
        if (count <= 0) continue;
        size_ += static_cast<std::uint64_t>(count);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return begin;
}

void spill_file::read(std::uint64_t offset, std::span<char> to) const {
    for (std::size_t done = 0; done < to.size();) {
        const auto rest = to.subspan(done);
        const auto count = ::pread(descriptor_, rest.data(), rest.size(), static_cast<off_t>(offset + done));
        if (count < 0 && errno != EINTR) fail("the temporary file cannot be read", errno);
        if (count == 0) fail("the temporary file cannot be read", EIO);  // somebody has cut it
        if (count > 0) done += static_cast<std::size_t>(count);
    }
}

void spill_file::fail(const char* what, int error) const {
    constexpr std::size_t longest = 1000;
    std::string text = std::string(what) + " in '";
    card::append_printable(text, folder_, longest);
    throw spill_error(text + "': " + std::generic_category().message(error) +
                      " (name a folder with more room in TMPDIR)");
}

}  // namespace cardresolver::run
