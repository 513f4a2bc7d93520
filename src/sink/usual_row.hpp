// The usual row of CSV, in one piece. Pure.
#pragma once

#include "card/outcome.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace cardresolver::sink {

/// Appends rows that need neither quotes nor repair, which are nearly all, as `append_row` would: made on the
/// stack, looked at by whole blocks, appended at once.
class usual_rows {
public:
    /// False where the row is not a usual one: then nothing is appended. `front`: see `append_row`.
    bool append(std::string& out, const card::card_outcome& row, std::string_view front = {});

private:
    static constexpr std::size_t longest_line = std::numeric_limits<std::uint64_t>::digits10 + 1;

    char* append_line(char* to, std::uint64_t line);
    bool is_usual_message(std::string_view message);

    std::string usual_message_;  ///< the last one that was found to be usual: most rows have the same
    std::uint64_t line_ = 0;     ///< of the last row
    std::array<char, longest_line> line_digits_{'0'};
    std::size_t line_size_ = 1;
};

}  // namespace cardresolver::sink
