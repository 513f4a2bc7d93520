// What became of one card: the content of one row.
#pragma once

#include "card/kind.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cardresolver::card {

/// The four ends of a record. Every non-blank record of the input comes to exactly one.
enum class outcome_kind : std::uint8_t {
    resolved,  ///< the carrier gave at least one of the other two numbers
    refused,   ///< the carrier answered for this card with a status other than 0
    failed,    ///< no answer for this card after all attempts
    invalid,   ///< never sent: the text is no card number
};

inline constexpr std::size_t outcome_kind_count = 4;

/// The names of the ends as they are written in rows.
inline constexpr std::array<std::string_view, outcome_kind_count> outcome_kind_names{"resolved", "refused",
                                                                                     "failed", "invalid"};

constexpr std::string_view to_string(outcome_kind kind) noexcept {
    return outcome_kind_names[static_cast<std::size_t>(kind)];
}

/// One row. The views point into the caller's buffers and are valid during the call that hands it over.
/// Empty `iccid`, `msisdn`, `imsi` mean unknown. All texts but `record` are printable UTF-8 without control
/// characters.
struct card_outcome {
    std::uint64_t line = 0;         ///< physical line of the input on which the record starts, from 1
    std::string_view number;        ///< canonical; the escaped raw text where invalid
    std::optional<card_kind> kind;  ///< none where invalid
    outcome_kind outcome = outcome_kind::failed;
    std::string_view iccid;
    std::string_view msisdn;
    std::string_view imsi;
    std::string_view status;       ///< the carrier's code, or `http-503`, `timeout`, …
    std::string_view message;      ///< the carrier's text, or why the number is invalid
    std::string_view record = {};  ///< the whole record, where its columns are kept and it could be read
    std::uint64_t wording = 0;     ///< not 0: rows with the same one have the same status and message
};

}  // namespace cardresolver::card
