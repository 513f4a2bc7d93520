// Finds what is known of a card number by its hash.
#pragma once

#include "card/number.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cardresolver::dispatch {

inline constexpr std::uint32_t no_id = 0xFFFF'FFFFU;

/// A number to be looked up, and its hash, which is computed once for all places that know the number. The
/// number outlives it.
struct hashed_number {
    const card::card_number& number;
    std::uint32_t hash;

    hashed_number(const card::card_number& of) noexcept
        : hashed_number(of, static_cast<std::uint32_t>(hash_value(of))) {}
    /// `known` is the number's hash.
    hashed_number(const card::card_number& of, std::uint32_t known) noexcept : number(of), hash(known) {}
};

/// Ids by the numbers that they stand for; the numbers themselves are kept elsewhere. Open addressing with
/// linear probing, at most half full; the hash stands beside the id, so that probing stays in one array.
/// Memory: 16 to 32 bytes for each id, allocated at the start.
class number_index {
public:
    /// For at most `most_ids` ids at a time.
    explicit number_index(std::size_t most_ids);

    /// The first id under `hash` for which `is_it(id)` holds, or `no_id`.
    template <class IsIt>
    std::uint32_t find(std::uint32_t hash, IsIt is_it) const {
        for (std::size_t at = hash & mask_; places_[at].id != no_id; at = (at + 1) & mask_) {
            if (places_[at].hash == hash && is_it(places_[at].id)) return places_[at].id;
        }
        return no_id;
    }

    void insert(std::uint32_t hash, std::uint32_t id) noexcept;
    /// The id is there, under this hash.
    void erase(std::uint32_t hash, std::uint32_t id) noexcept;

private:
    struct place {
        std::uint32_t id = no_id;
        std::uint32_t hash = 0;
    };

    std::vector<place> places_;
    std::size_t mask_;
};

}  // namespace cardresolver::dispatch
