// The plain list: one record a line.
#pragma once

#include "source/record_parser.hpp"

#include <cstddef>
#include <cstdint>

namespace cardresolver::source {

/// Lines end in LF or CR LF; at the end of the list in nothing, or in a lone CR. Blank lines count as lines
/// but have no record. A line over `max_line_length` is one record with the problem `line_too_long` that
/// keeps its first bytes (none, where it starts with so many blanks); at most `max_line_length` + 1 bytes are
/// held back.
class text_parser final : public record_parser {
public:
    explicit text_parser(std::uint64_t lines_before = 0) : record_parser(lines_before) {}

    std::size_t parse(record_block& block, bool at_end) override;
    bool is_between_records() const noexcept override { return long_line_ == long_line::no; }

private:
    /// How far the line under the knife is known to be too long.
    enum class long_line : std::uint8_t {
        no,
        blank_so_far,  ///< too long, nothing but blanks yet: may still be a blank line
        reported       ///< too long, and its record is out
    };

    std::size_t take_lines(record_block& block);
    void take_line(record_block& block, std::size_t offset, std::size_t length);
    bool take_unfinished(record_block& block, std::size_t offset, std::size_t length);
    void begin_long(record_block& block, std::size_t offset, std::size_t length);
    void continue_long(record_block& block, std::size_t offset, std::size_t length);
    void add(record_block& block, std::size_t offset, std::size_t length, card::invalid_reason problem);

    long_line long_line_ = long_line::no;
};

}  // namespace cardresolver::source
