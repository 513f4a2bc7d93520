// What a list's first bytes and first line say about it. Pure.
#pragma once

#include "source/input.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace cardresolver::source {

/// What `first_bytes`, decompressed, are and what to do, as the rest of a sentence, where they cannot be a
/// list: compressed again or otherwise, a spreadsheet's own format, UTF-16, binary. Empty where they may be
/// one.
std::string_view find_foreign_content(std::string_view first_bytes) noexcept;

/// Bytes of leading lines that are complete and blank, and how many lines these are.
struct blank_lines {
    std::size_t bytes = 0;
    std::size_t lines = 0;
};
blank_lines count_blank_lines(std::string_view text) noexcept;

/// The line at the front of `text`, or nothing where its end is not there yet. A line longer than a record
/// may be is cut.
std::optional<std::string_view> find_first_line(std::string_view text, bool at_end) noexcept;

/// By the extension .csv, also before .gz or .zst: CSV. By a first line that begins with a brace: NDJSON. By
/// one of several fields or with the name of a known column, or because the user named a column: CSV.
/// Otherwise a plain list. `first_line` is the first that is not blank.
input_format guess_format(const input_settings& settings, std::string_view first_line);

}  // namespace cardresolver::source
