// What the first record of a CSV list tells about all of them. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {

/// What may stand between fields, in this order where two are equally likely.
inline constexpr std::array<char, 3> known_delimiters{',', ';', '\t'};

struct csv_layout {
    char delimiter = ',';
    std::size_t column = 0;  ///< position of the field with the number, from 0
    bool has_header = false;
};

/// The first record of `text` that is not blank, without its line end. Nothing where more text is needed; an
/// empty view where there is none within the length of the longest record. Where a quote stays open to the
/// end of the list, or beyond that length, it is the first physical line.
std::optional<std::string_view> find_first_record(std::string_view text, bool at_end) noexcept;

/// Whether `record` has more than one field by one of the known delimiters.
bool has_several_fields(std::string_view record) noexcept;

/// Reads the layout off the first record. `column`: the name that the user gave, or empty. Throws
/// `input_error` (unusable), whose text lists the columns that there are.
csv_layout find_layout(std::string_view first_record, const std::string& column);

/// The column with the number where the names are known for what they are: `column`, or the first known name,
/// or the only one that there is. Throws likewise.
std::size_t find_number_column_of(const std::vector<std::string>& names, const std::string& column);

}  // namespace cardresolver::source
