#include "dispatch/card_table.hpp"

#include "dispatch/verify.hpp"

#include <bit>

namespace cardresolver::dispatch {
namespace {

std::uint32_t hash_of(const card::card_number& number) noexcept {
    return static_cast<std::uint32_t>(hash_value(number));
}

}  // namespace

card_table::card_table(std::size_t capacity, std::size_t remembered)
    : capacity_(capacity),
      slots_(capacity + remembered),
      places_(std::bit_ceil(slots_.size() * 2)),
      mask_(places_.size() - 1),
      retired_(remembered) {
    free_slots_.reserve(slots_.size());
    for (std::size_t i = slots_.size(); i-- > 0;)
        free_slots_.push_back(static_cast<slot_id>(i));
}

std::size_t card_table::find_place(const card::card_number& number, std::uint32_t hash) const noexcept {
    std::size_t at = hash & mask_;
    while (places_[at].slot != no_id &&
           !(places_[at].hash == hash && slots_[places_[at].slot].number == number)) {
        at = (at + 1) & mask_;
    }
    return at;
}

slot_id card_table::find(const card::card_number& number) const noexcept {
    return places_[find_place(number, hash_of(number))].slot;
}

added_line card_table::add(const card::card_number& number, std::uint64_t line, time_point now) {
    CARDRESOLVER_VERIFY(!is_full());
    const auto hash = hash_of(number);
    auto& found = places_[find_place(number, hash)];
    if (found.slot != no_id && slots_[found.slot].is_retired) {
        return {found.slot, added_line::state::answered};
    }
    ++used_;
    if (found.slot != no_id) {
        add_duplicate(found.slot, line);
        return {found.slot, added_line::state::waiting};
    }
    const slot_id slot = free_slots_.back();
    free_slots_.pop_back();
    found = {slot, hash};
    slots_[slot] = card_slot{number, 0, 0, 0, false, no_id, no_id, no_id, line, now};
    return {slot, added_line::state::new_card};
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
    drop_lines(slot);
    forget(slot);
}

void card_table::retire(slot_id slot) {
    if (retired_.empty()) return release(slot);
    drop_lines(slot);
    if (retired_count_ == retired_.size()) forget_oldest();
    slots_[slot].is_retired = true;
    slots_[slot].batch = no_id;
    retired_[(oldest_ + retired_count_) % retired_.size()] = slot;
    ++retired_count_;
}

/// From now on the slot has no line, and counts against the capacity no more.
void card_table::drop_lines(slot_id slot) {
    CARDRESOLVER_VERIFY(!slots_[slot].is_retired);
    for (auto id = slots_[slot].duplicates; id != no_id; id = duplicates_[id].next) {
        free_duplicates_.push_back(id);
        --used_;
    }
    slots_[slot].duplicates = no_id;
    --used_;
}

void card_table::forget_oldest() {
    forget(retired_[oldest_]);
    oldest_ = (oldest_ + 1) % retired_.size();
    --retired_count_;
}

void card_table::forget(slot_id slot) {
    // By slot, not by number: no other card's memory is touched.
    std::size_t at = hash_of(slots_[slot].number) & mask_;
    while (places_[at].slot != slot) {
        CARDRESOLVER_VERIFY(places_[at].slot != no_id);
        at = (at + 1) & mask_;
    }
    erase_place(at);
    slots_[slot].batch = no_id;
    free_slots_.push_back(slot);
}

// Deletion without tombstones: what follows in the probe chain moves back over the gap (Knuth, TAOCP 6.4 R).
void card_table::erase_place(std::size_t at) noexcept {
    std::size_t gap = at;
    for (std::size_t i = (at + 1) & mask_; places_[i].slot != no_id; i = (i + 1) & mask_) {
        const std::size_t home = places_[i].hash & mask_;
        if (((i - home) & mask_) >= ((i - gap) & mask_)) {
            places_[gap] = places_[i];
            gap = i;
        }
    }
    places_[gap].slot = no_id;
}

}  // namespace cardresolver::dispatch
