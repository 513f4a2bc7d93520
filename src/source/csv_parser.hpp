// CSV lists (RFC 4180): one field of every record.
#pragma once

#include "source/csv_layout.hpp"
#include "source/csv_scan.hpp"
#include "source/record_parser.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cardresolver::source {

/// Gives the number's field of every record that is not blank; a record without that field has an empty one.
///
/// A record is broken where it exceeds `max_record_length`, where a quote is still open at the end of the
/// list, or where a quote closes only in a later line and in front of ordinary text (`scan_record`). Then its
/// first physical line alone is one record with the problem `unreadable_record`, and reading goes on with the
/// next physical line: one stray quote costs one line and swallows no other. A list that breaks again and
/// again within the reach of the same quotes is read line by line there (a quote that does not close in its
/// line breaks the record), so that the work stays linear in the size of the list.
class csv_parser final : public record_parser {
public:
    explicit csv_parser(const csv_layout& layout, std::uint64_t lines_before = 0, bool keeps_records = false)
        : record_parser(lines_before, keeps_records), layout_(layout), header_pending_(layout.has_header) {}

    std::size_t parse(record_block& block, bool at_end) override;
    bool is_between_records() const noexcept override { return !skipping_ && doubtful_until_ <= consumed_; }
    void skip_to(std::uint64_t lines) override {
        if (lines > lines_) header_pending_ = false;
        record_parser::skip_to(lines);
    }

private:
    std::size_t take_usual_records(record_block& block, std::size_t offset);
    std::size_t skip_long_line(std::string_view text);
    csv_record scan(std::string_view rest, bool at_end) const noexcept;
    bool is_hopeless(std::string_view rest) const noexcept;
    void take(record_block& block, std::size_t offset, const csv_record& found);
    std::size_t give_up(record_block& block, std::size_t offset, std::string_view rest);
    void note_failure(const csv_record& found, std::string_view rest) noexcept;
    bool is_line_by_line() const noexcept;
    void add(record_block& block, std::size_t offset, std::size_t length, card::invalid_reason problem);

    csv_layout layout_;
    bool header_pending_;
    bool skipping_ = false;             ///< in a line that is too long: until its end
    std::uint64_t consumed_ = 0;        ///< bytes of the list that are done with
    std::uint64_t doubtful_until_ = 0;  ///< how far the quotes of broken records have reached
    unsigned failures_ = 0;             ///< broken records within that reach
};

}  // namespace cardresolver::source
