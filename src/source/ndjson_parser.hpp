// NDJSON lists: one JSON object a line, one field of each.
#pragma once

#include "source/ndjson_object.hpp"
#include "source/record_parser.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace cardresolver::source {

/// Gives the number's field of every line that is not blank, unescaped. A line that is no object, has no such
/// field, or exceeds `max_record_length` is a record with a problem that keeps its first bytes; it costs no
/// other line.
class ndjson_parser final : public record_parser {
public:
    /// `column`: the field's name; empty: the first of the known columns that an object has.
    explicit ndjson_parser(const std::string& column, std::uint64_t lines_before = 0,
                           bool keeps_records = false)
        : record_parser(lines_before, keeps_records), reader_(column) {}

    std::size_t parse(record_block& block, bool at_end) override;
    bool is_between_records() const noexcept override { return !skipping_; }

private:
    void take_line(record_block& block, std::size_t offset, std::size_t length);
    void take_object(record_block& block, std::size_t offset, std::size_t length);
    bool take_unfinished(record_block& block, std::size_t offset, std::size_t length);
    void add_too_long(record_block& block, std::size_t offset);
    void add(record_block& block, std::size_t offset, std::size_t length, card::invalid_reason problem);

    ndjson_object_reader reader_;
    bool skipping_ = false;  ///< in a line that is too long, and its record is out
};

}  // namespace cardresolver::source
