#include "dispatch/card_table.hpp"

#include "dispatch/free_place.hpp"

#include <numeric>

namespace cardresolver::dispatch {

card_table::card_table(std::size_t capacity, std::size_t remembered)
    : capacity_(capacity),
      lines_(capacity + remembered),
      free_lines_(lines_.size()),
      free_count_(lines_.size()),
      answers_(remembered),
      index_(lines_.size()) {
    std::iota(free_lines_.rbegin(), free_lines_.rend(), 0U);
}

void card_table::add_duplicate(slot_id slot, std::uint64_t line) {
    const auto id = take_place(duplicates_, free_duplicates_);
    duplicates_[id] = {line, no_id};
    auto& owner = (*this)[slot];
    (owner.duplicates == no_id ? owner.duplicates : duplicates_[owner.last_duplicate].next) = id;
    owner.last_duplicate = id;
}

void card_table::release(slot_id slot) {
    erase((*this)[slot].place, slot);
    leave(slot);
    free_lines_[free_count_++] = slot;
}

void card_table::free_duplicates(slot_id slot) {
    for (auto id = (*this)[slot].duplicates; id != no_id; id = duplicates_[id].next) {
        free_duplicates_.push_back(id);
        --used_;
    }
}

}  // namespace cardresolver::dispatch
