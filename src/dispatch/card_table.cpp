#include "dispatch/card_table.hpp"

#include "dispatch/verify.hpp"

namespace cardresolver::dispatch {

static_assert(sizeof(card_slot) == 64, "a slot is one line of the cache");

card_table::card_table(std::size_t capacity) : capacity_(capacity), slots_(capacity), index_(capacity) {
    free_slots_.reserve(slots_.size());
    for (std::size_t i = slots_.size(); i-- > 0;)
        free_slots_.push_back(static_cast<slot_id>(i));
}

slot_id card_table::find(const hashed_number& wanted) const noexcept {
    return index_.find(wanted.hash, [&](slot_id slot) { return slots_[slot].number == wanted.number; });
}

added_line card_table::add(const hashed_number& wanted, std::uint64_t line, time_point now) {
    CARDRESOLVER_VERIFY(!is_full());
    ++used_;
    const auto known = find(wanted);
    if (known != no_id) {
        add_duplicate(known, line);
        return {known, false};
    }
    const slot_id slot = free_slots_.back();
    free_slots_.pop_back();
    index_.insert(wanted.hash, slot);
    slots_[slot] = card_slot{wanted.number, 0, 0, 0, no_id, no_id, no_id, wanted.hash, line, now};
    return {slot, true};
}

void card_table::add_duplicate(slot_id slot, std::uint64_t line) {
    std::uint32_t id = 0;
    if (free_duplicates_.empty()) {
        id = static_cast<std::uint32_t>(duplicates_.size());
        duplicates_.push_back({});
    } else {
        id = free_duplicates_.back();
        free_duplicates_.pop_back();
    }
    duplicates_[id] = {line, no_id};
    auto& owner = slots_[slot];
    (owner.duplicates == no_id ? owner.duplicates : duplicates_[owner.last_duplicate].next) = id;
    owner.last_duplicate = id;
}

void card_table::release(slot_id slot) {
    for (auto id = slots_[slot].duplicates; id != no_id; id = duplicates_[id].next) {
        free_duplicates_.push_back(id);
        --used_;
    }
    --used_;
    index_.erase(slots_[slot].hash, slot);
    slots_[slot].batch = no_id;
    free_slots_.push_back(slot);
}

}  // namespace cardresolver::dispatch
