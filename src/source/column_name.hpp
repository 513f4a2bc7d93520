// The names by which the number is looked for, in the head of a CSV list as in an NDJSON object. Pure.
#pragma once

#include <array>
#include <string_view>

namespace cardresolver::source {

/// Columns that are taken for the number without being named, in this order.
inline constexpr std::array<std::string_view, 4> known_columns{"number", "iccid", "imsi", "msisdn"};

/// Whether both mean one column: in any case, blanks around them do not count.
bool is_same_name(std::string_view a, std::string_view b) noexcept;

/// Whether `name` means one of the known columns.
bool is_known_column(std::string_view name) noexcept;

}  // namespace cardresolver::source
