// Rows as bytes. Pure: appends to a string, never fails.
#pragma once

#include "card/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::sink {

enum class output_format : std::uint8_t { csv, ndjson };

/// The format that TARGET's extension names, in any case: .csv, .ndjson. Nothing where it names none.
std::optional<output_format> format_of(std::string_view target) noexcept;

/// Why a TARGET of this spelling cannot be written yet (compressed files, databases); empty where it can.
std::string_view unsupported_target(std::string_view target) noexcept;

/// What stands before the first row: the CSV header line; nothing for NDJSON.
void append_header(std::string& out, output_format format);

/// One row. CSV: RFC 4180 with LF line ends, UTF-8, a field quoted where it holds a comma, a quote or a line
/// break. NDJSON (RFC 8259): one object a line, `line` a number, unknown numbers and an unknown kind `null`,
/// all else strings.
///
/// Any bytes in the texts give a well-formed row: malformed UTF-8 becomes U+FFFD; control characters are
/// escaped in NDJSON and become U+FFFD in CSV, where only tabs and line breaks stay.
void append_row(std::string& out, output_format format, const card::card_outcome& row);

}  // namespace cardresolver::sink
