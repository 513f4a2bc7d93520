// Finds what is known of a card number by its hash.
#pragma once

#include "card/number.hpp"
#include "dispatch/verify.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cardresolver::dispatch {

inline constexpr std::uint32_t no_id = 0xFFFF'FFFFU;

/// A number to be looked up, and its hash, which is computed once for all places that know the number. The
/// number outlives it.
struct hashed_number {
    const card::card_number& number;
    std::uint32_t hash;

    hashed_number(const card::card_number& of) noexcept : number(of), hash(hash_value(of)) {}
    hashed_number(const card::card_number& of, std::uint32_t its_hash) noexcept
        : number(of), hash(its_hash) {}
};

/// Ids by the numbers that they stand for; the numbers themselves are kept elsewhere.
///
/// An open hash table of buckets of twelve places, each bucket one line of the processor's cache: what is
/// looked for is nearly always in the first one that is looked at, or nowhere. A byte of the hash, the tag,
/// stands for an id until that is looked at, and twelve more bits beside the id until its number is; all tags
/// of a bucket are compared at once, without a branch that could be foreseen wrongly. An id whose bucket is
/// full goes to the next one with room, and each full one on its way counts it: a search goes on only past
/// buckets that have counted some. So an id is erased where it is, and nothing moves (the scheme of
/// Facebook's F14 tables).
///
/// Memory: 7 to 15 bytes for each id, allocated at the start.
class number_index {
public:
    /// Ids are less than this.
    static constexpr std::uint32_t id_limit = (1U << 20U) - 1;

    /// For at most `most_ids` ids at a time.
    explicit number_index(std::size_t most_ids);

    /// Of a place in the table; good until the index is changed.
    struct position {
        std::uint32_t bucket;
        std::uint32_t place;
    };
    /// Where an id was put: good until it is erased, since nothing moves.
    enum class put_place : std::uint32_t {};

    /// Asks the processor to have the bucket of `hash` at hand: it will be looked at soon, and would have to
    /// be waited for. Always inlined, as are its callers: GCC 12 takes a function that only prefetches for
    /// one without effect, and drops the call.
    [[gnu::always_inline]] void fetch(std::uint32_t hash) const noexcept {
        __builtin_prefetch(&buckets_[home_of(hash)]);
    }
    [[gnu::always_inline]] void fetch(put_place soon) const noexcept {
        __builtin_prefetch(&buckets_[bucket_of(soon)]);
    }

    /// An id under `hash` for which `is_it(id)` holds; else the free place where it belongs. Now and then
    /// `is_it` is asked about an id under another hash, too.
    template <class IsIt>
    [[gnu::always_inline]] position locate(std::uint32_t hash, IsIt is_it) const {
        const auto tag = tag_of(hash);
        const auto home = home_of(hash);
        for (auto at = home;; at = next(at)) {
            const auto& one = buckets_[at];
            for (auto found = one.places_with(tag); found != 0; found &= found - 1) {
                const auto place = first(found);
                // The id is left where no bit of the hash differs.
                const auto id = one.entries[place] ^ entry_of(hash, 0);
                if (id <= id_limit && is_it(id)) return {at, place};
            }
            if (one.passed_by == 0 || next(at) == home) [[likely]]
                return free_place(home);
        }
    }

    /// The id that stands there, or `no_id`.
    std::uint32_t at(position where) const noexcept {
        const auto entry = buckets_[where.bucket].entries[where.place];
        return entry == no_id ? no_id : entry & id_limit;
    }

    /// `where` is free, and `locate` has named it for `hash`.
    [[gnu::always_inline]] put_place put(position where, std::uint32_t hash, std::uint32_t id) noexcept {
        auto& one = buckets_[where.bucket];
        one.tags[where.place] = tag_of(hash);
        one.entries[where.place] = entry_of(hash, id);
        const bool is_away = where.bucket != home_of(hash);
        if (is_away) [[unlikely]]
            count_passing(hash, where.bucket, 1);
        return put_place{where.bucket << bucket_at | where.place << place_at | (is_away ? 1U : 0U)};
    }

    /// The id that `put` has put there. `hash()` is the one that it was put under: asked for only where
    /// that bucket was full.
    template <class Hash>
    [[gnu::always_inline]] void erase(put_place where, Hash hash) noexcept {
        auto& one = buckets_[bucket_of(where)];
        const auto place = static_cast<std::uint32_t>(where) >> place_at & most_place;
        one.tags[place] = free_tag;
        one.entries[place] = no_id;
        if (is_away(where)) [[unlikely]]
            count_passing(hash(), bucket_of(where), -1U);
    }

private:
    static constexpr std::size_t places = 12;
    static constexpr std::uint8_t free_tag = 0;

    /// The parts of a `put_place`; the lowest bit says that it is not in the bucket of the hash.
    static constexpr unsigned place_at = 1;
    static constexpr unsigned bucket_at = place_at + 4;
    static constexpr std::uint32_t most_place = (1U << (bucket_at - place_at)) - 1;
    static_assert(id_limit <= 0xFFFF'FFFFU >> bucket_at, "there are no more buckets than ids");
    static std::uint32_t bucket_of(put_place where) noexcept {
        return static_cast<std::uint32_t>(where) >> bucket_at;
    }
    static bool is_away(put_place where) noexcept { return (static_cast<std::uint32_t>(where) & 1U) != 0; }

    struct alignas(64) bucket {
        std::array<std::uint8_t, places> tags{};
        std::uint32_t passed_by = 0;  ///< ids that belong here or before, and are behind since it was full
        std::array<std::uint32_t, places> entries;  ///< see `entry_of`; `no_id`: the place is free

        bucket() noexcept { entries.fill(no_id); }

        /// A bit for each place with this tag.
        std::uint32_t places_with(std::uint8_t tag) const noexcept;
    };
    static_assert(sizeof(bucket) == 64);

    static std::uint32_t first(std::uint32_t found) noexcept {
        return static_cast<std::uint32_t>(std::countr_zero(found));
    }
    /// Of bits that tell no bucket from another.
    static std::uint8_t tag_of(std::uint32_t hash) noexcept {
        const auto tag = static_cast<std::uint8_t>(hash >> 24U);
        return tag == free_tag ? std::uint8_t{1} : tag;
    }
    /// An id, below twelve bits of its hash that neither the tag nor, but for many ids, the bucket is made
    /// of.
    static std::uint32_t entry_of(std::uint32_t hash, std::uint32_t id) noexcept {
        return (hash << 8U & ~id_limit) | id;
    }
    std::uint32_t home_of(std::uint32_t hash) const noexcept { return hash & mask_; }
    std::uint32_t next(std::uint32_t at) const noexcept { return (at + 1) & mask_; }

    position free_place(std::uint32_t from) const noexcept {
        for (auto at = from;; at = next(at)) {
            const auto found = buckets_[at].places_with(free_tag);
            if (found != 0) [[likely]]
                return {at, first(found)};
        }
    }

    /// `change` to the count of each bucket that an id under `hash` has passed by on its way to bucket
    /// `last`.
    void count_passing(std::uint32_t hash, std::uint32_t last, std::uint32_t change) noexcept;

    std::vector<bucket> buckets_;
    std::uint32_t mask_;
};

inline std::uint32_t number_index::bucket::places_with(std::uint8_t tag) const noexcept {
#if defined(__SSE2__)
    const auto all = _mm_load_si128(reinterpret_cast<const __m128i*>(tags.data()));
    const auto same = _mm_cmpeq_epi8(all, _mm_set1_epi8(static_cast<char>(tag)));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(same)) & ((1U << places) - 1);
#else
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < places; ++i)
        found |= (tags[i] == tag ? 1U : 0U) << i;
    return found;
#endif
}

}  // namespace cardresolver::dispatch
