// What the carrier's document says of the shape of a number (CMIOT_API2111, business parameters). Written
// apart from the client's rules on purpose.
#pragma once

#include "card/kind.hpp"

#include <string_view>

namespace cardresolver::simulator {

/// ICCID: 20 characters of 0-9 and A-Z. IMSI: 1 to 15 digits. MSISDN: 1 to 13 digits.
bool is_well_formed(card::card_kind kind, std::string_view number) noexcept;

}  // namespace cardresolver::simulator
