// The kinds of number that name a SIM card.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cardresolver::card {

/// What a number is. The carrier takes one kind in a request (CMIOT_API2111, business parameters).
enum class card_kind : std::uint8_t {
    iccid,   ///< Integrated circuit card identifier: 20 characters, letters occur (ITU-T E.118, padded).
    imsi,    ///< International mobile subscriber identity: at most 15 digits (ITU-T E.212).
    msisdn,  ///< The SIM's phone number: at most 13 digits.
};

inline constexpr std::size_t card_kind_count = 3;
inline constexpr std::array<card_kind, card_kind_count> all_card_kinds{card_kind::iccid, card_kind::imsi,
                                                                       card_kind::msisdn};

/// The position of a kind in tables of `card_kind_count` entries.
constexpr std::size_t index_of(card_kind kind) noexcept {
    return static_cast<std::size_t>(kind);
}

/// The names of the kinds as they are written in rows and on the command line.
inline constexpr std::array<std::string_view, card_kind_count> card_kind_names{"iccid", "imsi", "msisdn"};

constexpr std::string_view to_string(card_kind kind) noexcept {
    return card_kind_names[index_of(kind)];
}

}  // namespace cardresolver::card
