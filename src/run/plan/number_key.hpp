// A card number as two machine words, for sorting many of them. Exact: two numbers never share a key.
#pragma once

#include "card/number.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

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

/// 0 stands for "no character", so that the length is in the key too.
constexpr std::uint64_t code_of(char c) noexcept {
    return static_cast<std::uint64_t>(c <= '9' ? c - '0' + 1 : c - 'A' + 11);
}

constexpr number_key key_of(const card::card_number& number) noexcept {
    const auto text = number.view();
    const auto pack = [text](std::uint64_t word, std::size_t from) {
        for (std::size_t i = from; i < from + characters_of_word; ++i)
            word = word << bits_of_character | (i < text.size() ? code_of(text[i]) : 0);
        return word;
    };
    return {pack(card::index_of(number.kind()), 0), pack(0, characters_of_word)};
}

constexpr card::card_kind kind_of(const number_key& key) noexcept {
    return card::all_card_kinds[key.high >> (bits_of_character * characters_of_word)];
}

}  // namespace cardresolver::run
