// A card number as two machine words, for sorting many of them. Exact: two numbers never share a key.
#pragma once

#include "card/byte_word.hpp"
#include "card/number.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace cardresolver::run {

/// Ordered by kind, then by characters. A list that is sorted comes as sorted keys.
struct number_key {
    std::uint64_t high = 0;  ///< the kind, then six bits for each of the first ten characters
    std::uint64_t low = 0;   ///< six bits for each of the others

    friend constexpr auto operator<=>(const number_key&, const number_key&) noexcept = default;
};

inline constexpr unsigned bits_of_character = 6;
inline constexpr std::size_t characters_of_word = 10;
static_assert(card::max_number_length <= 2 * characters_of_word);

/// Eight characters as six bits each, the first one highest: 1 to 10 for a digit, 11 to 36 for a capital; 0
/// stands for "no character", so that the length is in the key too.
constexpr std::uint64_t pack_characters(std::uint64_t word) noexcept {
    // A digit has the bit 0x20, a capital has 0x40, and no character has neither.
    const auto digits = word >> 5U & card::in_each_byte(1);
    const auto capitals = word >> 6U & card::in_each_byte(1);
    const auto codes = (word & card::in_each_byte(0x1F)) - digits * 15 + capitals * 10;
    const auto pairs = (codes & 0xFF00'FF00'FF00'FF00) >> 2U | (codes & 0x00FF'00FF'00FF'00FF);
    const auto fours = (pairs & 0xFFFF'0000'FFFF'0000) >> 4U | (pairs & 0x0000'FFFF'0000'FFFF);
    return fours >> 32U << 24U | (fours & 0xFFFF'FFFF);
}

/// The bytes from `from` on, the first one highest; behind the end of the characters, zeros.
template <std::size_t From>
constexpr std::uint64_t word_of(const std::array<char, card::max_number_length>& characters) noexcept {
    std::array<char, sizeof(std::uint64_t)> bytes{};
    std::copy_n(characters.begin() + From, std::min(bytes.size(), characters.size() - From), bytes.begin());
    const auto word = std::bit_cast<std::uint64_t>(bytes);
    return std::endian::native == std::endian::big ? word : __builtin_bswap64(word);
}

constexpr number_key key_of(const card::card_number& number) noexcept {
    static_assert(card::max_number_length == 20);
    const auto first = pack_characters(word_of<0>(number.characters()));
    const auto second = pack_characters(word_of<8>(number.characters()));
    const auto third = pack_characters(word_of<16>(number.characters())) >> (4 * bits_of_character);
    constexpr unsigned rest = 6 * bits_of_character;  // of the second, what the low word has
    const auto kind = std::uint64_t{card::index_of(number.kind())}
                      << (bits_of_character * characters_of_word);
    return {kind | first << (2 * bits_of_character) | second >> rest,
            (second & ((1ULL << rest) - 1)) << (4 * bits_of_character) | third};
}

constexpr card::card_kind kind_of(const number_key& key) noexcept {
    return card::all_card_kinds[key.high >> (bits_of_character * characters_of_word)];
}

}  // namespace cardresolver::run
