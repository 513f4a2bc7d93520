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
#include <optional>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cardresolver::run {

/// Those of the usual shapes come first. Ordered by kind, then by characters: a list that is sorted comes as
/// sorted keys.
struct number_key {
    std::uint64_t high =
        0;  ///< 0 for a usual shape; else the kind, and six bits for each of the first ten characters
    std::uint64_t low =
        0;  ///< the kind and all digits of a usual shape; else six bits for each other character

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

/// The low four bits of each of eight bytes.
constexpr std::uint64_t pack_nibbles(std::uint64_t word) noexcept {
    word = (word | word >> 4U) & 0x00FF'00FF'00FF'00FF;
    word = (word | word >> 8U) & 0x0000'FFFF'0000'FFFF;
    return (word | word >> 16U) & 0xFFFF'FFFF;
}

/// Sixteen characters out of 0-9 and A-Z, read as hexadecimal digits.
struct hexadecimal_digits {
    std::uint64_t value = 0;  ///< meaningful where `are_all`
    bool are_all = false;     ///< no letter is beyond F
};

/// Of characters of which the first one is the highest byte, on any machine.
constexpr hexadecimal_digits read_hexadecimal_by_words(std::uint64_t first, std::uint64_t last) noexcept {
    const auto pack = [](std::uint64_t word) {
        const auto letters = word >> 6U & card::in_each_byte(1);
        return pack_nibbles((word & card::in_each_byte(0x0F)) + letters * 9);
    };
    const auto beyond = card::bytes_between(first, 'G', 'Z') | card::bytes_between(last, 'G', 'Z');
    return {pack(first) << 32U | pack(last), beyond == 0};
}

#if defined(__SSE2__)
/// The same in half of the instructions.
inline hexadecimal_digits read_hexadecimal_by_vector(std::uint64_t first, std::uint64_t last) noexcept {
    const auto bytes = _mm_set_epi64x(std::bit_cast<long long>(first), std::bit_cast<long long>(last));
    const auto beyond = _mm_cmpgt_epi8(bytes, _mm_set1_epi8('F'));
    const auto letters = _mm_cmpgt_epi8(bytes, _mm_set1_epi8('9'));
    const auto nibbles =
        _mm_add_epi8(_mm_and_si128(bytes, _mm_set1_epi8(0x0F)), _mm_and_si128(letters, _mm_set1_epi8(9)));
    const auto pairs =
        _mm_and_si128(_mm_or_si128(nibbles, _mm_srli_epi16(nibbles, 4)), _mm_set1_epi16(0x00FF));
    const auto packed = _mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs));
    return {std::bit_cast<std::uint64_t>(packed), _mm_movemask_epi8(beyond) == 0};
}
#endif

inline hexadecimal_digits read_hexadecimal(std::uint64_t first, std::uint64_t last) noexcept {
#if defined(__SSE2__)
    return read_hexadecimal_by_vector(first, last);
#else
    return read_hexadecimal_by_words(first, last);
#endif
}

/// Eight characters out of 0-9, as 1 to 10, and of "no character", as 0.
constexpr std::uint64_t pack_counted(std::uint64_t word) noexcept {
    const auto digits = word >> 4U & card::in_each_byte(1);
    return pack_nibbles((word & card::in_each_byte(0x0F)) + digits);
}

/// Two bits for the kind, and the others for the number. That is enough where an ICCID goes on from 8986 with
/// 0 to 3 and has no letter beyond F, as those of Chinese carriers, and an IMSI or MSISDN has 15 digits at
/// most.
inline constexpr unsigned place_of_kind = 62;

/// Nothing where the number has no usual shape.
inline std::optional<std::uint64_t> find_usual_key(const card::card_number& number) noexcept {
    const auto length = number.view().size();
    const auto first = word_of<0>(number.characters());
    const auto second = word_of<8>(number.characters());
    if (number.kind() == card::card_kind::iccid) {
        constexpr std::uint64_t prefix = 0x3839'3836;  // 8986
        const auto low = first << 32U | second >> 32U;
        const auto lowest = second << 32U | word_of<16>(number.characters()) >> 32U;
        const auto digits = read_hexadecimal(low, lowest);
        const bool is_usual = length == card::max_number_length && first >> 32U == prefix && digits.are_all &&
                              digits.value >> place_of_kind == card::index_of(card::card_kind::iccid);
        return is_usual ? std::optional(digits.value) : std::nullopt;
    }
    constexpr std::size_t most_digits = 15;
    const auto letters = (first | second) & card::in_each_byte(0x40);
    if (length > most_digits || letters != 0) return std::nullopt;
    const auto digits = pack_counted(first) << 32U | pack_counted(second);
    return std::uint64_t{card::index_of(number.kind())} << place_of_kind | digits >> 4U;
}

/// For a number of any shape.
constexpr number_key make_long_key(const card::card_number& number) noexcept {
    static_assert(card::max_number_length == 20);
    const auto first = pack_characters(word_of<0>(number.characters()));
    const auto second = pack_characters(word_of<8>(number.characters()));
    const auto third = pack_characters(word_of<16>(number.characters())) >> (4 * bits_of_character);
    constexpr unsigned rest = 6 * bits_of_character;  // of the second, what the low word has
    const auto kind = std::uint64_t{1 + card::index_of(number.kind())}
                      << (bits_of_character * characters_of_word);
    return {kind | first << (2 * bits_of_character) | second >> rest,
            (second & ((1ULL << rest) - 1)) << (4 * bits_of_character) | third};
}

inline number_key key_of(const card::card_number& number) noexcept {
    if (const auto usual = find_usual_key(number)) [[likely]]
        return {0, *usual};
    return make_long_key(number);
}

constexpr card::card_kind kind_of(const number_key& key) noexcept {
    if (key.high == 0) return card::all_card_kinds[key.low >> place_of_kind];
    return card::all_card_kinds[(key.high >> (bits_of_character * characters_of_word)) - 1];
}

}  // namespace cardresolver::run
