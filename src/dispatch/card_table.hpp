// Every card that is between its line and its row, and those that were answered not long ago.
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
    std::uint16_t position = 0;   ///< place in that batch
    std::uint16_t attempts = 0;   ///< attempts that count against the card
    std::uint16_t deferrals = 0;  ///< how often the carrier has put it off while it answered others
    bool is_retired = false;
    batch_id batch = no_id;                ///< the batch that it is part of; none: it waits in a queue
    std::uint32_t duplicates = no_id;      ///< first of the further lines that ask for the same number
    std::uint32_t last_duplicate = no_id;  ///< last of them
    std::uint64_t line = 0;
    time_point queued_at{};
};

/// What became of a line that was added.
struct added_line {
    enum class state : std::uint8_t {
        new_card,  ///< the number is new: it has to be asked
        waiting,   ///< the number is under way: the line hangs on its slot
        answered   ///< the number was answered not long ago: the caller writes the line's row
    };
    slot_id slot;
    state found;
};

/// Finds cards by number and gives each a slot. A number is in the table once; further lines with the same
/// number hang on its slot and are answered along with it. Slots are latches: taken by `add`, then released
/// once, or retired: a retired slot stays findable until as many others as the table remembers have retired
/// after it. Memory: about 70 bytes for each card, allocated at the start.
class card_table {
public:
    /// `capacity` bounds cards and duplicates that wait, together; `remembered`, retired cards.
    explicit card_table(std::size_t capacity, std::size_t remembered = 0);

    bool is_full() const noexcept { return used_ >= capacity_; }
    bool is_empty() const noexcept { return used_ == 0; }
    std::size_t size() const noexcept { return used_; }
    /// Slots that there can be: each id is less.
    std::size_t slot_count() const noexcept { return slots_.size(); }

    /// Only while not full.
    added_line add(const card::card_number& number, std::uint64_t line, time_point now);

    /// The slot of `number`, retired ones included, or `no_id`.
    slot_id find(const card::card_number& number) const noexcept;

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
    /// The card has its row and is remembered for a while.
    void retire(slot_id slot);

private:
    struct duplicate_line {
        std::uint64_t line;
        std::uint32_t next;
    };

    void add_duplicate(slot_id slot, std::uint64_t line);
    void drop_lines(slot_id slot);
    void forget(slot_id slot);
    void forget_oldest();
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
    std::vector<slot_id> retired_;  ///< a ring; as large as the memory
    std::size_t oldest_ = 0;
    std::size_t retired_count_ = 0;
};

}  // namespace cardresolver::dispatch
