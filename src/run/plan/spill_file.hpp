// What does not fit into memory: a temporary file without a name, gone with the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cardresolver::run {

/// The temporary file cannot be made, written or read. `what` is a sentence for the user.
class spill_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Blocking; one thread at a time. Throws `spill_error`.
class spill_file {
public:
    /// Makes the file in `folder`.
    explicit spill_file(std::string folder);
    ~spill_file();
    spill_file(const spill_file&) = delete;
    spill_file& operator=(const spill_file&) = delete;

    /// Writes `bytes` behind all others; where they begin.
    std::uint64_t append(std::string_view bytes);

    /// Reads from `offset` on until `to` is full.
    void read(std::uint64_t offset, std::span<char> to) const;

private:
    [[noreturn]] void fail(const char* what, int error) const;

    std::string folder_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace cardresolver::run
