// Buffers for what is read, lent to whoever has something to read.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace cardresolver::net {

/// What was given back last is lent next, since the processor has it at hand: a few buffers serve hundreds of
/// connections that wait. Event-loop thread only.
class buffer_pool {
public:
    using buffer = std::unique_ptr<char[]>;

    /// Bytes of each buffer.
    static constexpr std::size_t buffer_size = std::size_t{32} * 1024;

    /// Its content is not defined.
    buffer lend() {
        if (spare_.empty()) return std::make_unique_for_overwrite<char[]>(buffer_size);
        auto lent = std::move(spare_.back());
        spare_.pop_back();
        return lent;
    }
    void give_back(buffer lent) { spare_.push_back(std::move(lent)); }

private:
    std::vector<buffer> spare_;
};

}  // namespace cardresolver::net
