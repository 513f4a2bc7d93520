// A card number in canonical form: the key under which a card is asked and its answer is matched.
#pragma once

#include "card/kind.hpp"
#include "card/short_text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace cardresolver::card {

/// Longest number of any kind: an ICCID.
inline constexpr std::size_t max_number_length = 20;

/// A number of 1 to 20 characters out of 0-9 and A-Z, and its kind. Immutable, trivially copyable, no heap.
///
/// Only `canonicalize` (and tests) should make one: what a `card_number` holds is safe to put on the wire.
class card_number {
public:
    constexpr card_number() noexcept = default;

    /// `text` has 1 to `max_number_length` characters; what is longer is cut off.
    constexpr card_number(card_kind kind, std::string_view text) noexcept
        : length_(static_cast<std::uint8_t>(std::min(text.size(), max_number_length))), kind_(kind) {
        if (std::is_constant_evaluated()) {
            std::copy_n(text.begin(), length_, characters_.begin());
        } else {
            copy_text(characters_.data(), {text.data(), length_});
        }
    }

    constexpr std::string_view view() const noexcept { return {characters_.data(), length_}; }
    /// All places; those behind the number are zero.
    constexpr const std::array<char, max_number_length>& characters() const noexcept { return characters_; }
    constexpr card_kind kind() const noexcept { return kind_; }
    constexpr bool empty() const noexcept { return length_ == 0; }

    friend constexpr bool operator==(const card_number& a, const card_number& b) noexcept {
        return a.words() == b.words();
    }
    friend std::uint32_t hash_value(const card_number& number) noexcept;

private:
    /// The whole object as three words; what is unused is zero.
    constexpr std::array<std::uint64_t, 3> words() const noexcept {
        return std::bit_cast<std::array<std::uint64_t, 3>>(*this);
    }
    /// One of these words, without a copy of them all.
    std::uint64_t word(std::size_t index) const noexcept {
        std::uint64_t word = 0;
        std::memcpy(&word, reinterpret_cast<const char*>(this) + index * sizeof word, sizeof word);
        return word;
    }

    std::array<char, max_number_length> characters_{};
    std::uint8_t length_ = 0;
    card_kind kind_ = card_kind::iccid;
    [[maybe_unused]] std::array<char, 2> unused_{};
};

/// A hash whose bits are all well mixed, for tables with a power of two of places: the numbers of a list
/// differ in few digits, and a weaker mix was measured to spend a quarter of a run in probing. A product
/// carries a bit upwards only: so the upper half, where all have arrived, is folded into the lower one, that
/// is multiplied again, and the upper half of it taken. Of lists that count on in any of their digits, it was
/// found to fill buckets as evenly as chance does.
inline std::uint32_t hash_value(const card_number& number) noexcept {
    std::uint64_t hash = number.word(0) * 0x9E3779B97F4A7C15ULL + number.word(1) * 0xBF58476D1CE4E5B9ULL +
                         number.word(2) * 0x94D049BB133111EBULL;
    hash = (hash ^ (hash >> 32U)) * 0xD6E8FEB86659FD93ULL;
    return static_cast<std::uint32_t>(hash >> 32U);
}

}  // namespace cardresolver::card
