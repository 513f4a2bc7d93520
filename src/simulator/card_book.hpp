// The answers that the simulator computes when it has no file of cards.
//
// A card is an index n from 0 to 10^12 - 1. All sums are modulo 10^12, `d12` writes twelve digits with
// leading zeros. Card n has
//
//     IMSI    "460" + d12(n)
//     MSISDN  x = d12(n + 24565181533);   "1" + x, but where x begins with "99": "1" + the last ten digits of
//     x ICCID   t = d12(n + 181169091330);  prefix[first digit of t] + the last eleven digits of t
//
//     prefix = 898600000 898600100 898602B22 898602B20 898604000
//              898600D60 898600D69 898607000 898608000 898602000
//
// Each is a bijection, so a card that is asked by any of its three numbers has the same answer. The domains:
//
//     IMSI    all of 15 digits from 460
//     MSISDN  all of 11 digits from 1; all of 13 digits from 1 but those from 199
//     ICCID   one of the ten prefixes above, then eleven digits
//
// There are more ICCIDs than IMSIs, so no rule can do this for all of them. A well-formed number outside its
// domain belongs to card n = FNV-1a-64(number) modulo 10^12: its own column echoes it exactly, the other two
// are those of card n. (The document's first sample is card 40260908676, all three numbers.)
#pragma once

#include "card/kind.hpp"
#include "simulator/short_text.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace cardresolver::simulator {

/// The three numbers of a card; an empty one is not known.
struct card_triple {
    short_text<20> iccid;
    short_text<13> msisdn;
    short_text<15> imsi;
};

/// The number of `kind` in `card`.
std::string_view number_of(const card_triple& card, card::card_kind kind) noexcept;

/// Gives `card` its number of `kind`; what exceeds the kind's length is cut off.
void set_number(card_triple& card, card::card_kind kind, std::string_view number) noexcept;

/// Cards that the formula tells apart: 10^12.
inline constexpr std::uint64_t card_index_count = 1'000'000'000'000;

/// Card `index`, less than `card_index_count`.
card_triple card_at(std::uint64_t index) noexcept;

/// The index of a number inside the domain of its kind; nothing outside it. Any text may be asked.
std::optional<std::uint64_t> index_in_domain(card::card_kind kind, std::string_view number) noexcept;

/// The computed answer for a well-formed number.
card_triple computed_card(card::card_kind kind, std::string_view number) noexcept;

}  // namespace cardresolver::simulator
