// An owned file descriptor, and writing all of a text to one.
#pragma once

#include "sink/output.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cardresolver::sink {

/// Closes what it owns. Movable.
class descriptor {
public:
    descriptor() noexcept = default;
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor();

    int number() const noexcept { return number_; }
    bool is_open() const noexcept { return number_ >= 0; }

    /// Closes now. Returns 0, or the error, which may be one of an earlier write.
    int close() noexcept;

private:
    int number_ = -1;
};

/// Opens as open(2) does, closed on exec, again after EINTR. Sets errno.
descriptor open_at(int folder, const char* path, int flags, unsigned mode = 0) noexcept;

/// Writes all of `bytes`: goes on after short writes and interruptions, waits where the descriptor is
/// non-blocking. Adds to `written` what has gone out, also where it fails. Returns 0 or the error.
int write_all(int number, std::string_view bytes, std::uint64_t& written) noexcept;

/// Fills `bytes` with what stands at `offset`; a file that ends before is EIO. Returns 0 or the error.
int read_all_at(int number, std::string& bytes, std::uint64_t offset) noexcept;

/// `path` in quotes, printable.
std::string show_path(std::string_view path);

/// Throws `output_error`: "'out.csv': WHAT: No space left on device".
[[noreturn]] void fail(output_error::error_kind kind, std::string_view name, std::string_view what,
                       int error);
[[noreturn]] void fail(output_error::error_kind kind, std::string_view name, std::string_view what);

}  // namespace cardresolver::sink
