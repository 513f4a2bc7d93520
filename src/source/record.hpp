// Records of a list as they were read: not yet numbers.
#pragma once

#include "source/input_position.hpp"
#include "source/record_list.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {

/// Longest line of a plain list whose content is looked at; a longer one is one invalid record.
inline constexpr std::size_t max_line_length = 4096;

/// Longest CSV record, line breaks inside quotes included; a longer one is invalid.
inline constexpr std::size_t max_record_length = 65536;

/// Bytes that are kept of a record that is not read as a whole: enough to show which one it was.
inline constexpr std::size_t kept_of_unread_record = 256;

/// A bounded piece of the list. Reused: cleared, not freed.
struct record_block {
    std::string text;
    record_list records;
    /// Where its records begin; none where that is in the middle of something, such as a line that is too
    /// long.
    std::optional<input_position> begins_at;
    /// The whole text of each record without its line end, one behind the other, and where each ends: where
    /// the parser was told to keep them. Empty for a record that cannot be read.
    std::string kept;
    std::vector<std::uint32_t> kept_ends;
    input_beginning consumed;      ///< of the input, up to the end of this block and perhaps further
    std::uint64_t bytes_read = 0;  ///< bytes of the input up to the end of this block
    std::uint64_t lines_read = 0;  ///< physical lines up to the end of this block

    void keep(std::string_view whole_record) {
        kept.append(whole_record);
        kept_ends.push_back(static_cast<std::uint32_t>(kept.size()));
    }
    std::string_view kept_of(std::size_t index) const noexcept {
        const auto begin = index == 0 ? 0 : kept_ends[index - 1];
        return std::string_view(kept).substr(begin, kept_ends[index] - begin);
    }
    /// For the next piece.
    void clear_records() noexcept {
        records.clear();
        kept.clear();
        kept_ends.clear();
    }

    std::string_view field_of(const record& one) const noexcept {
        return std::string_view(text).substr(one.offset, one.length);
    }
};

}  // namespace cardresolver::source
