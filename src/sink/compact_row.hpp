// Rows on their way to a database: texts with their lengths, made on one thread and read on another of this
// process. Pure.
#pragma once

#include "card/outcome.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::sink {

/// One row, as views of where it stands.
struct compact_row {
    std::uint64_t line = 0;  ///< 0: no row, but the names of the columns that are kept, in `kept`
    /// The columns of a row behind `line`, in their order (`row_columns`); empty where unknown.
    std::array<std::string_view, 8> texts;
    std::vector<std::string_view> kept;  ///< the list's own columns
};

/// Columns of a row that are NULL in a database where nothing is known.
inline constexpr std::array<std::string_view, 5> nullable_columns{"number", "kind", "iccid", "msisdn",
                                                                  "imsi"};

/// Any bytes in the texts give clean ones: malformed UTF-8 and control characters but tabs and line breaks
/// become U+FFFD, as in CSV, so no NUL is among them. `kept`: what `append_compact_text` made.
void append_compact_row(std::string& out, const card::card_outcome& row, std::string_view kept);

/// What comes before the first row.
void append_compact_header(std::string& out, std::string_view kept);

/// One of the list's own columns, or its name.
void append_compact_text(std::string& out, std::string_view text);

/// Takes the row at the front of `rows`. False where there is none left.
bool take_compact_row(std::string_view& rows, compact_row& row);

}  // namespace cardresolver::sink
