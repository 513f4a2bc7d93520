// Finding the end of one CSV record (RFC 4180) and one field in it. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {

/// One record as it stands at the front of a text.
struct csv_record {
    enum class state : std::uint8_t {
        incomplete,  ///< its end is not there yet; all else is meaningless
        complete,    ///< its end was found
        broken       ///< its quotes cannot be meant; `length` tells how far that took to see
    };
    state found = state::incomplete;
    std::size_t length = 0;  ///< bytes with its line end
    std::size_t lines = 0;   ///< physical lines that it takes
    std::size_t field_begin =
        0;  ///< the wanted field, with its quotes; empty where the record has no such field
    std::size_t field_end = 0;
};

/// Looks for the record at the front of `text` and for its field `column` (from 0). A field is quoted where a
/// quote is its very first character; a quote elsewhere is an ordinary character, and so is what follows a
/// closing quote. But where a quoted field runs over a line break and its closing quote is followed by
/// neither delimiter nor line end, that quote was meant to open a field and the first one to be none: the
/// record is broken. `at_end`: the end of `text` ends the record.
csv_record scan_record(std::string_view text, char delimiter, std::size_t column, bool at_end) noexcept;

/// Where a quoted field closes whose content starts at `from`: the position after its quote. npos where that
/// cannot be told: there is no such quote, or it stands at the very end (unless `at_end`), where more text
/// may turn it into a doubled one.
std::size_t find_closing(std::string_view text, std::size_t from, bool at_end) noexcept;

/// Takes the quotes off the field at `begin` where it has any, moving its characters to the front of the same
/// place. Returns the field's length.
std::size_t unquote_in_place(std::string& text, std::size_t begin, std::size_t end) noexcept;

/// Calls `see(field)` for each field, quotes and all, of a record without its line end.
template <typename See>
void for_each_field(std::string_view record, char delimiter, See see) {
    for (std::size_t begin = 0;;) {
        auto end = begin;
        if (begin < record.size() && record[begin] == '"') end = find_closing(record, begin + 1, true);
        end = std::min(record.find(delimiter, end), record.size());
        see(record.substr(begin, end - begin));
        if (end == record.size()) return;
        begin = end + 1;
    }
}

/// All fields of a record without its line end, unquoted. For a header: it allocates.
std::vector<std::string> split_record(std::string_view record, char delimiter);

}  // namespace cardresolver::source
