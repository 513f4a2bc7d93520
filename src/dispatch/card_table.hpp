// Every card that is between its line and its row.
#pragma once

#include "card/number.hpp"
#include "dispatch/clock.hpp"

#include <cstdint>
#include <vector>

namespace cardresolver::dispatch {

using slot_id = std::uint32_t;
using batch_id = std::uint32_t;

inline constexpr std::uint32_t no_id = 0xFFFF'FFFFU;

/// A card and where it stands.
struct card_slot {
    card::card_number number;
    std::uint16_t position = 0;            ///< place in that batch
    std::uint16_t attempts = 0;            ///< attempts that count against the card
    batch_id batch = no_id;                ///< the batch that it is part of; none: it waits in a queue
    std::uint32_t duplicates = no_id;      ///< first of the further lines that ask for the same number
    std::uint32_t last_duplicate = no_id;  ///< last of them
    std::uint64_t line = 0;
    time_point queued_at{};
};

/// Finds cards by number and gives each a slot. A number is in the table once; further lines with the same
/// number hang on its slot and are answered along with it. Slots are latches: taken by `add`, released once.
/// Memory: about 60 bytes for each card of the capacity, allocated at the start.
class card_table {
public:
    /// `capacity` bounds cards and duplicates together.
    explicit card_table(std::size_t capacity);

    bool is_full() const noexcept { return used_ >= capacity_; }
    bool is_empty() const noexcept { return used_ == 0; }
    std::size_t size() const noexcept { return used_; }

    /// Only while not full. The new slot, or `no_id` where the number was there already and the line now
    /// hangs on its slot.
    slot_id add(const card::card_number& number, std::uint64_t line, time_point now);

    /// The slot of `number`, or `no_id`.
    slot_id find(const card::card_number& number) const noexcept;

    card_slot& operator[](slot_id slot) noexcept { return slots_[slot]; }
    const card_slot& operator[](slot_id slot) const noexcept { return slots_[slot]; }

    /// Calls `visit(line)` for the slot's own line, then for its duplicates in the order they came, and
    /// releases the slot.
    template <class Visitor>
    void release(slot_id slot, Visitor&& visit) {
        visit(slots_[slot].line);
        for (auto id = slots_[slot].duplicates; id != no_id; id = duplicates_[id].next) {
            visit(duplicates_[id].line);
        }
        erase(slot);
    }

private:
    struct duplicate_line {
        std::uint64_t line;
        std::uint32_t next;
    };

    void add_duplicate(slot_id slot, std::uint64_t line);
    void erase(slot_id slot);
    /// Where a number is, or would be. The hash stands beside the slot, so that probing stays in one array.
    struct place {
        slot_id slot = no_id;
        std::uint32_t hash = 0;
    };
    std::size_t find_place(const card::card_number& number, std::uint32_t hash) const noexcept;
    void erase_place(std::size_t at) noexcept;

    std::size_t capacity_;
    std::size_t used_ = 0;
    std::vector<card_slot> slots_;
    std::vector<slot_id> free_slots_;
    std::vector<duplicate_line> duplicates_;
    std::vector<std::uint32_t> free_duplicates_;
    std::vector<place> places_;  ///< open addressing, linear probing, at most half full
    std::size_t mask_;
};

}  // namespace cardresolver::dispatch
