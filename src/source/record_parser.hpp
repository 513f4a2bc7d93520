// What cuts bytes into records. Pure: it is given blocks and neither reads nor waits.
#pragma once

#include "source/record.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cardresolver::source {

/// One list, from its first byte (after a byte order mark) to its last. One thread.
class record_parser {
public:
    virtual ~record_parser() = default;
    /// `lines_before`: physical lines of the list that stand before the first byte parsed. `keeps_records`:
    /// the blocks receive the whole text of each record, too.
    explicit record_parser(std::uint64_t lines_before, bool keeps_records = false)
        : lines_(lines_before), keeps_records_(keeps_records) {}
    record_parser(const record_parser&) = delete;
    record_parser& operator=(const record_parser&) = delete;

    /// Cuts `block.text` into `block.records` (appended). Returns how many bytes are done with: the others,
    /// the beginning of a record, must stand at the front of the next block's text. `at_end`: nothing
    /// follows; all is done with then. How the list is cut into blocks has no influence on the records.
    ///
    /// Fields of quoted records are unescaped in place, so bytes that are done with may have changed.
    virtual std::size_t parse(record_block& block, bool at_end) = 0;

    /// Physical lines that are done with.
    std::uint64_t lines() const noexcept { return lines_; }

    /// Whether what follows could be parsed by a new parser that knows no more than `lines()`.
    virtual bool is_between_records() const noexcept { return true; }
    /// What is parsed next stands behind `lines` physical lines: a place that was between records. Before the
    /// first `parse`.
    virtual void skip_to(std::uint64_t lines) { lines_ = lines; }

protected:
    /// Beside each record that is added, once.
    void keep(record_block& block, std::string_view whole_record) const {
        if (keeps_records_) block.keep(whole_record);
    }

    std::uint64_t lines_;

private:
    bool keeps_records_;
};

}  // namespace cardresolver::source
