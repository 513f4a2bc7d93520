// Something for each record of a stretch of the list, found by the record's line.
#pragma once

#include "dispatch/verify.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cardresolver::run {

/// A queue of places in the order of the list. `Place` has a member `line`, which is a multiple of `spacing`.
/// Memory: as many places as there were at most, rounded up to a power of two.
template <class Place, std::uint64_t spacing = 1>
class line_ring {
public:
    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }

    /// Counted from the oldest.
    Place& operator[](std::size_t index) noexcept { return places_[(first_ + index) & (places_.size() - 1)]; }
    const Place& operator[](std::size_t index) const noexcept {
        return places_[(first_ + index) & (places_.size() - 1)];
    }
    Place& front() noexcept { return (*this)[0]; }
    const Place& front() const noexcept { return (*this)[0]; }
    /// The newest one.
    Place& back() noexcept { return (*this)[size_ - 1]; }

    /// The next place of the list, to be filled: it is one that was dropped, or a new one.
    Place& push() {
        if (size_ == places_.size()) grow();
        return (*this)[size_++];
    }
    void pop_front() noexcept {
        first_ = (first_ + 1) & (places_.size() - 1);
        --size_;
    }

    /// Of the place for `line`, which is there. Where no multiple of `spacing` lacks its place (no blank
    /// lines, no records of several lines), it follows from the line; else it lies before.
    std::size_t index_of(std::uint64_t line) const noexcept {
        CARDRESOLVER_VERIFY(size_ > 0 && front().line <= line);
        std::size_t low = 0;
        auto high =
            static_cast<std::size_t>(std::min<std::uint64_t>((line - front().line) / spacing, size_ - 1));
        if ((*this)[high].line == line) return high;
        while (low < high) {
            const auto middle = low + (high - low) / 2;
            if ((*this)[middle].line < line) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        CARDRESOLVER_VERIFY((*this)[low].line == line);
        return low;
    }

private:
    static constexpr std::size_t first_places = 1024;

    void grow() {
        std::vector<Place> larger(std::max(first_places, places_.size() * 2));
        for (std::size_t i = 0; i < size_; ++i)
            larger[i] = std::move((*this)[i]);
        places_ = std::move(larger);
        first_ = 0;
    }

    std::vector<Place> places_;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

}  // namespace cardresolver::run
