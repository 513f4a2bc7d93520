// First in, first out.
#pragma once

#include "dispatch/card_table.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace cardresolver::dispatch {

/// Cards that wait in a row, taken by the request. A ring of a power of two of places, which grows where it
/// is full: every card of a run passes, and a `std::deque` allocates as they do.
class slot_queue {
public:
    std::size_t size() const noexcept { return end_ - begin_; }
    bool is_empty() const noexcept { return begin_ == end_; }
    /// The one that has waited for longest; only where one waits.
    slot_id front() const noexcept { return places_[begin_ & mask_]; }

    void push(slot_id slot) {
        if (size() > mask_) [[unlikely]]
            return push_with_more_room(slot);
        places_[end_++ & mask_] = slot;
    }

    /// Moves the first ones, at most `most`, to the end of `out`.
    void move_to(std::vector<slot_id>& out, std::size_t most) {
        for (auto left = std::min(most, size()); left > 0;) {
            const auto* const first = &places_[begin_ & mask_];
            const auto in_a_row =
                std::min(left, places_.size() - (begin_ & mask_));  // as far as the ring's end
            out.insert(out.end(), first, first + in_a_row);
            begin_ += in_a_row;
            left -= in_a_row;
        }
    }

private:
    static constexpr std::size_t least_places = 128;

    /// Apart, so that whoever pushes keeps nothing for after it.
    [[gnu::noinline]] void push_with_more_room(slot_id slot) {
        grow();
        push(slot);
    }

    void grow() {
        std::vector<slot_id> larger;
        larger.reserve(2 * places_.size());
        move_to(larger, size());
        begin_ = 0;
        end_ = larger.size();
        larger.resize(2 * places_.size());
        places_ = std::move(larger);
        mask_ = places_.size() - 1;
    }

    std::vector<slot_id> places_ = std::vector<slot_id>(least_places);
    std::size_t mask_ = least_places - 1;
    std::size_t begin_ = 0;  ///< both count on for ever; a place is what the mask leaves of them
    std::size_t end_ = 0;
};

}  // namespace cardresolver::dispatch
