// A card as the list brings it.
#pragma once

#include "card/number.hpp"

#include <cstdint>

namespace cardresolver::dispatch {

/// A number that is asked for, and the hash under which it will be looked up: whoever reads the list computes
/// that, so that whoever asks the cards need not.
struct listed_card {
    card::card_number number;
    std::uint32_t hash = 0;
    std::uint64_t line = 0;

    listed_card() noexcept = default;
    listed_card(const card::card_number& wanted, std::uint64_t from_line) noexcept
        : number(wanted), hash(hash_value(wanted)), line(from_line) {}
};

}  // namespace cardresolver::dispatch
