// Every card that is between its line and its row.
#pragma once

#include "card/number.hpp"
#include "dispatch/clock.hpp"
#include "dispatch/number_index.hpp"

#include <cstdint>
#include <vector>

namespace cardresolver::dispatch {

using slot_id = std::uint32_t;
using batch_id = std::uint32_t;

/// A card and where it stands. One line of the processor's cache: a run goes through its slots in no order.
struct alignas(64) card_slot {
    card::card_number number;
    std::uint16_t position = 0;            ///< place in that batch
    std::uint16_t attempts = 0;            ///< attempts that count against the card
    std::uint16_t deferrals = 0;           ///< how often the carrier has put it off while it answered others
    batch_id batch = no_id;                ///< the batch that it is part of; none: it waits in a queue
    std::uint32_t duplicates = no_id;      ///< first of the further lines that ask for the same number
    std::uint32_t last_duplicate = no_id;  ///< last of them
    std::uint32_t hash = 0;                ///< of the number
    std::uint64_t line = 0;
    time_point queued_at{};
};

/// What became of a line that was added.
struct added_line {
    slot_id slot;
    bool is_new;  ///< the number has to be asked; otherwise it is under way, and the line hangs on its slot
};

/// Finds cards by number and gives each a slot. A number is in the table once; further lines with the same
/// number hang on its slot and are answered along with it. Slots are latches: taken by `add`, then released
/// once. Memory: about 80 bytes for each card, allocated at the start.
class card_table {
public:
    /// `capacity` bounds cards and duplicates together.
    explicit card_table(std::size_t capacity);

    bool is_full() const noexcept { return used_ >= capacity_; }
    bool is_empty() const noexcept { return used_ == 0; }
    std::size_t size() const noexcept { return used_; }

    /// Only while not full.
    added_line add(const hashed_number& wanted, std::uint64_t line, time_point now);

    /// The slot of the number, or `no_id`.
    slot_id find(const hashed_number& wanted) const noexcept;

    card_slot& operator[](slot_id slot) noexcept { return slots_[slot]; }
    const card_slot& operator[](slot_id slot) const noexcept { return slots_[slot]; }

    /// Calls `visit(line)` for the slot's own line, then for its duplicates in the order they came.
    template <class Visitor>
    void for_each_line(slot_id slot, Visitor&& visit) const {
        visit(slots_[slot].line);
        for (auto id = slots_[slot].duplicates; id != no_id; id = duplicates_[id].next) {
            visit(duplicates_[id].line);
        }
    }
    /// The card has its row and is forgotten.
    void release(slot_id slot);

private:
    struct duplicate_line {
        std::uint64_t line;
        std::uint32_t next;
    };

    void add_duplicate(slot_id slot, std::uint64_t line);
    std::size_t capacity_;
    std::size_t used_ = 0;
    std::vector<card_slot> slots_;
    std::vector<slot_id> free_slots_;
    std::vector<duplicate_line> duplicates_;
    std::vector<std::uint32_t> free_duplicates_;
    number_index index_;
};

}  // namespace cardresolver::dispatch
