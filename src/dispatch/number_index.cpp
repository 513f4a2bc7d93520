#include "dispatch/number_index.hpp"

#include <bit>

namespace cardresolver::dispatch {

number_index::number_index(std::size_t most_ids)
    : places_(std::bit_ceil(most_ids + most_ids / 2 + 1)), mask_(places_.size() - 1) {}

// Deletion without tombstones: what follows in the probe chain moves back over the gap (Knuth, TAOCP 6.4 R).
void number_index::erase(std::uint32_t hash, std::uint32_t id) noexcept {
    auto gap = place_of(hash, id);
    for (std::size_t i = (gap + 1) & mask_; places_[i].id != no_id; i = (i + 1) & mask_) {
        const std::size_t home = places_[i].hash & mask_;
        if (((i - home) & mask_) >= ((i - gap) & mask_)) {
            places_[gap] = places_[i];
            gap = i;
        }
    }
    places_[gap].id = no_id;
}

}  // namespace cardresolver::dispatch
