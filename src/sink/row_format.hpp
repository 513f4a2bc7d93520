// Rows as bytes. Pure: appends to a string, never fails.
#pragma once

#include "card/outcome.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::sink {

enum class output_format : std::uint8_t {
    csv,
    spreadsheet_csv,  ///< CSV that a spreadsheet opens without spoiling it
    ndjson,
    database,  ///< compact rows (compact_row.hpp)
};

/// The columns of a row, in their order.
inline constexpr std::array<std::string_view, 9> row_columns{"line",   "number", "kind",   "outcome", "iccid",
                                                             "msisdn", "imsi",   "status", "message"};

/// The format that TARGET's extension names, in any case: .csv, .ndjson, also before .gz or .zst. Nothing
/// where it names none.
std::optional<output_format> format_of(std::string_view target) noexcept;

/// What stands before the first row: the header line of CSV; nothing for NDJSON. `front`: the names of
/// the columns that rows begin with, as fields of this format, each with its comma (for a database: as
/// `append_compact_text` makes them).
void append_header(std::string& out, output_format format, std::string_view front = {});

/// One row. CSV: RFC 4180 with LF line ends, UTF-8, a field quoted where it holds a comma, a quote or a line
/// break. NDJSON (RFC 8259): one object a line, `line` a number, unknown numbers and an unknown kind `null`,
/// all else strings.
///
/// Any bytes in the texts give a well-formed row: malformed UTF-8 becomes U+FFFD; control characters are
/// escaped in NDJSON and become U+FFFD in CSV, where only tabs and line breaks stay.
///
/// CSV for spreadsheets is the same but for the texts: what a spreadsheet would read as a number and spoil is
/// written as ="TEXT", and what it would take for a formula has an apostrophe before it
/// (spreadsheet_text.hpp). `card::canonicalize` takes both off, so that these rows, too, are a valid input.
///
/// `front`: what the row begins with, as fields or members of this format, each with its comma.
void append_row(std::string& out, output_format format, const card::card_outcome& row,
                std::string_view front = {});

/// Whether a field of CSV is the text itself: all of it is well-formed UTF-8 without control characters,
/// commas, quotes and backslashes.
bool is_plain_csv_text(std::string_view text) noexcept;
/// A text as a field of CSV. `format` is one of the two for CSV.
void append_csv_field(std::string& out, output_format format, std::string_view text);
/// A text as a field of CSV has it, but for the quotes: malformed UTF-8 and control characters other than
/// tabs and line breaks become U+FFFD.
void append_clean_text(std::string& out, std::string_view text);
/// A text as a string of JSON, with its quotes.
void append_json_string(std::string& out, std::string_view text);
/// A text as it is, but for malformed UTF-8, which becomes U+FFFD: a well-formed piece of JSON stays one.
void append_well_formed(std::string& out, std::string_view json);

/// The same for a list of the cards without an answer: CSV `line,number,kind,status,message`.
/// `format` is one of the two for CSV.
void append_failures_header(std::string& out);
void append_failure(std::string& out, output_format format, const card::card_outcome& row);

}  // namespace cardresolver::sink
