// The answers that the simulator computes when it has no file of cards.
//
// A card is an index n from 0 to 10^12 - 1, from which its three numbers are computed, each by a bijection: a
// card that is asked by any of them has the same answer. There are more ICCIDs than IMSIs, so no rule can do
// this for all of them; a number outside the domains is echoed, with the other two of a card that a hash of
// it chooses. The formula and the domains, to the digit: docs/simulator.md.
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
