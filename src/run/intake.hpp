// The list, read on a thread of its own and handed to the event loop in blocks.
#pragma once

#include "card/canonical.hpp"
#include "card/outcome.hpp"
#include "dispatch/listed_card.hpp"
#include "run/earlier_work.hpp"
#include "run/open_lines.hpp"
#include "sink/row_format.hpp"
#include "source/input.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::run {

/// A record without a number.
struct invalid_record {
    std::size_t index = 0;  ///< its place among the records of the block
    std::uint64_t line = 0;
    std::uint32_t raw_offset = 0;  ///< of the raw text in the block
    std::uint8_t raw_length = 0;
    card::invalid_reason reason = card::invalid_reason::none;
};

/// The lines of `records`, which ascend; nothing where there are none, or lines between them without a
/// record.
std::optional<line_range> adjacent_lines(std::span<const dispatch::listed_card> records) noexcept;

/// The row of an invalid record. `raw`: what it shows in place of a number.
card::card_outcome invalid_row(const invalid_record& record, std::string_view raw) noexcept;

/// A piece of the list. `next` is how far the consumer has come.
struct intake_block {
    std::vector<dispatch::listed_card> records;  ///< all; of an invalid one, only the line is meaningful
    std::vector<invalid_record> invalid;         ///< those without a number, as they stand in `records`
    std::string raw;   ///< raw texts of the invalid records, each cut to what a row shows
    std::string kept;  ///< whole texts of the records, where columns are kept, and where each ends
    std::vector<std::uint32_t> kept_ends;
    std::size_t next = 0;
    std::size_t next_invalid = 0;                     ///< in `invalid`; the ones before it are passed
    std::optional<source::input_position> begins_at;  ///< see `source::record_block`
    source::input_beginning consumed;                 ///< likewise
    std::uint64_t lines_read = 0;                     ///< up to the end of this block
    std::uint64_t bytes_read = 0;

    /// Passes the valid records up to `end`, as far as no invalid one stands before them. Returns how many.
    std::size_t take_valid(std::size_t end) noexcept;
    /// Passes the next record, which is invalid.
    const invalid_record& take_invalid() noexcept;
    /// Of an invalid record.
    std::string_view raw_of(const invalid_record& one) const noexcept {
        return std::string_view(raw).substr(one.raw_offset, one.raw_length);
    }
    /// Of the record at `index`; empty where no columns are kept.
    std::string_view kept_of(std::size_t index) const noexcept {
        if (kept_ends.empty()) return {};
        const auto begin = index == 0 ? 0 : kept_ends[index - 1];
        return std::string_view(kept).substr(begin, kept_ends[index] - begin);
    }
};

struct intake_settings {
    source::input_settings input;
    card::canonical_options canonical;
    std::optional<sink::output_format> rows;  ///< the format of rows that the list's columns must fit in
    earlier_work earlier;                     ///< where to begin, and what needs no asking
};

/// Where a run goes on in a list that must be read again, nothing is delivered before it is known to be the
/// same list. Reads, splits and judges on its own thread; at most `max_blocks` blocks wait. The consumer is
/// one other thread. Destroying it does not wait for a read that hangs (a terminal, an open pipe): the thread
/// is left to itself then and touches nothing that is gone.
class intake {
public:
    /// Reads `input`, or where that is null opens the one that `settings` names, on the reading thread.
    /// `notify` is called there when there is a block for a consumer whose last `try_take` was in vain, and
    /// after the end or an error.
    intake(std::unique_ptr<source::input> input, intake_settings settings, std::function<void()> notify);
    ~intake();
    intake(const intake&) = delete;
    intake& operator=(const intake&) = delete;

    /// The next block, or null where none is there yet, or never will be: see `has_ended`.
    std::unique_ptr<intake_block> try_take();
    /// Of the list. Once there was a block.
    source::list_columns columns() const;
    /// Gives a consumed block back for reuse.
    void recycle(std::unique_ptr<intake_block> block);
    /// All blocks are taken and no more will come.
    bool has_ended() const;
    /// Why reading ended early; nothing where the list was read to its end. Meaningful once `has_ended`.
    std::optional<source::input_error> error() const;

private:
    struct shared_state;
    std::shared_ptr<shared_state> state_;
};

}  // namespace cardresolver::run
