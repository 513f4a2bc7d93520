// Sorted keys that do not fit into memory: a temporary file without a name, gone with the process.
#pragma once

#include "run/plan/number_key.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

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

    /// Writes one run behind the others.
    void append(std::span<const number_key> run);

    std::size_t runs() const noexcept { return begins_.size() - 1; }

    /// Reads keys of a run from its `offset`-th on; how many: as many as `to` takes and there are.
    std::size_t read(std::size_t run, std::uint64_t offset, std::span<number_key> to) const;

private:
    [[noreturn]] void fail(const char* what, int error) const;

    std::string folder_;
    int descriptor_ = -1;
    std::vector<std::uint64_t> begins_{0};  ///< of each run, in keys; and the end of the last
};

}  // namespace cardresolver::run
