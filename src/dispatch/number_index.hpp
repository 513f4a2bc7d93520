// Finds what is known of a card number by its hash.
#pragma once

#include "card/number.hpp"
#include "dispatch/verify.hpp"

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
        : number(of), hash(static_cast<std::uint32_t>(hash_value(of))) {}
};

/// Ids by the numbers that they stand for; the numbers themselves are kept elsewhere. Open addressing with
/// linear probing, at most two thirds full; the hash stands beside the id, so that probing stays in one
/// array. Memory: 12 to 24 bytes for each id, allocated at the start.
class number_index {
public:
    /// For at most `most_ids` ids at a time.
    explicit number_index(std::size_t most_ids);

    /// Of a place in the table; good until the index is changed.
    using position = std::size_t;

    /// Asks the processor to have the place of `hash` at hand: it will be looked at soon, and would have to
    /// be waited for. Always inlined, as are its callers: GCC 12 takes a function that only prefetches for
    /// one without effect, and drops the call.
    [[gnu::always_inline]] void fetch(std::uint32_t hash) const noexcept {
        __builtin_prefetch(&places_[hash & mask_]);
    }

    /// The first id under `hash` for which `is_it(id)` holds; else the free place where it belongs.
    template <class IsIt>
    position locate(std::uint32_t hash, IsIt is_it) const {
        position at = hash & mask_;
        while (places_[at].id != no_id && !(places_[at].hash == hash && is_it(places_[at].id)))
            at = (at + 1) & mask_;
        return at;
    }

    /// The id that stands there, or `no_id`.
    std::uint32_t at(position where) const noexcept { return places_[where].id; }

    /// `where` is free, and `locate` has named it for `hash`.
    void put(position where, std::uint32_t hash, std::uint32_t id) noexcept { places_[where] = {id, hash}; }

    /// `id`, which is there under this hash, is `successor` from now on.
    void replace(std::uint32_t hash, std::uint32_t id, std::uint32_t successor) noexcept {
        places_[place_of(hash, id)].id = successor;
    }

    /// The id is there, under this hash.
    void erase(std::uint32_t hash, std::uint32_t id) noexcept;

private:
    struct place {
        std::uint32_t id = no_id;
        std::uint32_t hash = 0;
    };

    /// Of an id that is there, under this hash.
    position place_of(std::uint32_t hash, std::uint32_t id) const noexcept {
        position at = hash & mask_;
        while (places_[at].id != id) {
            CARDRESOLVER_VERIFY(places_[at].id != no_id);
            at = (at + 1) & mask_;
        }
        return at;
    }

    std::vector<place> places_;
    std::size_t mask_;
};

}  // namespace cardresolver::dispatch
