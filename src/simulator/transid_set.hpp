// The transids that were seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cardresolver::simulator {

/// Keeps 64 bits of hash for each: among ten million, a false alarm has a chance of about 1 in 400,000.
class transid_set {
public:
    transid_set();

    /// Remembers `transid`; false: it was there.
    bool insert(std::string_view transid);

private:
    void grow();
    bool place(std::uint64_t hash) noexcept;

    std::vector<std::uint64_t> slots_;  // open addressing; 0: free
    std::size_t used_ = 0;
};

}  // namespace cardresolver::simulator
