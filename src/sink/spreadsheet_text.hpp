// What a spreadsheet does to a CSV field that it opens, and how to keep it from doing so. Pure.
//
// Excel, LibreOffice Calc and WPS read a field as a formula where it begins like one, else as a number, date
// or time where it looks like one, else as text. Numbers lose digits beyond the 15th and leading zeros, and
// show as 8.98602E+19 from the 12th on.
#pragma once

#include <string>
#include <string_view>

namespace cardresolver::sink {

/// Whether a spreadsheet would read `text` as a number, date or time and show something else for it: it
/// begins with a digit or a point and holds nothing but digits, blanks, the letters d and e, and `.,:/%+-`.
/// Whole numbers of up to 11 digits without leading zero are left as they are.
bool is_spoiled_number(std::string_view text) noexcept;

/// Whether `append_neutral` would change `text`.
bool may_be_formula(std::string_view text) noexcept;

/// Appends `text` with an apostrophe before each `=`, `+`, `-`, `@`, tab or carriage return, or full-width
/// twin of the first four, that stands at its beginning, or first in what another reading of the file could
/// take for a cell: behind a quote, a semicolon, a tab or a line break. Blanks do not count.
void append_neutral(std::string& out, std::string_view text);

}  // namespace cardresolver::sink
