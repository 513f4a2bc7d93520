// The records of a block, one behind the other.
#pragma once

#include "card/canonical.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace cardresolver::source {

/// One non-blank record. `offset` and `length` name the number's field within `record_block::text`.
struct record {
    std::uint64_t line = 0;  ///< physical line on which the record starts, from 1
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    card::invalid_reason problem = card::invalid_reason::none;  ///< what is wrong with the record itself
};

/// What a vector of them would be, but adding one is a compare and a few stores where they are found: with
/// the vector, which is not inlined there, it was a third of reading a list.
class record_list {
public:
    record_list() = default;
    record_list(const record_list&) = delete;
    record_list& operator=(const record_list&) = delete;

    void push_back(const record& one) {
        if (next_ == end_) grow();
        *next_++ = one;
    }
    /// Keeps its memory.
    void clear() noexcept { next_ = records_.get(); }

    bool empty() const noexcept { return next_ == records_.get(); }
    std::size_t size() const noexcept { return static_cast<std::size_t>(next_ - records_.get()); }
    const record& operator[](std::size_t index) const noexcept { return records_[index]; }
    const record* begin() const noexcept { return records_.get(); }
    const record* end() const noexcept { return next_; }

private:
    [[gnu::noinline]] void grow() {
        constexpr std::size_t least = 256;
        const auto count = size();
        const auto room = std::max(least, 2 * count);
        auto larger = std::make_unique<record[]>(room);  // NOLINT(*-avoid-c-arrays): it is the owner's type
        std::copy_n(records_.get(), count, larger.get());
        records_ = std::move(larger);
        next_ = records_.get() + count;
        end_ = records_.get() + room;
    }

    std::unique_ptr<record[]> records_;  // NOLINT(*-avoid-c-arrays): likewise
    record* next_ = nullptr;
    record* end_ = nullptr;
};

}  // namespace cardresolver::source
