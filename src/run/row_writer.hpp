// Rows out: formatted on the event loop, written on a thread of its own.
#pragma once

#include "card/outcome.hpp"
#include "run/writing_thread.hpp"
#include "sink/row_buffer.hpp"
#include "sink/row_maker.hpp"
#include "source/input_position.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cardresolver::run {

/// What is kept of a run's progress, beside its rows.
struct progress_settings {
    std::uint64_t newest_line = 0;       ///< of the records that earlier processes have taken in
    std::function<run_history()> count;  ///< the counters up to the row that was appended last
    bool has_rows = false;               ///< earlier processes have written the header
};

/// Collects rows into large blocks and hands them to a writing thread. `is_blocked` says when no further rows
/// should be made. Its owner is one thread.
class row_writer {
public:
    /// `notify` is called on the writing thread after room came free, after an error, and after `finish`.
    /// `progress`: none where it is not kept.
    row_writer(row_outputs outputs, std::optional<progress_settings> progress, std::function<void()> notify);

    /// What follows was read behind `position`, where that is a place to begin at, and is part of `consumed`.
    void pass(const std::optional<source::input_position>& position,
              const source::input_beginning& consumed) {
        if (!progress_) return;
        if (position) note_.positions.push_back(*position);
        note_.consumed = consumed;
    }
    /// Records were taken in, one in each of these lines.
    void expect(line_range lines) {
        if (!progress_) return;
        lines.first = std::max(lines.first, progress_->newest_line + 1);
        if (lines.first <= lines.last) note_.opened.add(lines);
    }

    /// Rows will begin with columns that bear these names (see `sink::append_header`). Before the first row.
    void keep_columns(std::string_view names);
    /// `front`: see `sink::append_row`.
    void append(const card::card_outcome& row, std::string_view front = {});
    /// Whether rows are some for `append_at_once`: nearly always. They differ in lines and numbers alone.
    bool takes_at_once(std::span<const card::card_outcome> rows) const noexcept {
        return rows_.size() < block_size && rows.front().outcome != card::outcome_kind::failed &&
               (!progress_ || (note_.closed.ends_before(rows.front().line) && follow_each_other(rows)));
    }
    /// `append`, for rows that go to the end of what is collected and are listed nowhere else.
    void append_at_once(std::span<const card::card_outcome> rows) {
        if (progress_) note_.closed.extend(rows.size());
        maker_.append(rows_, rows);
    }
    /// Whole lines that were made elsewhere.
    void append_text(std::string_view lines);

    /// Hands over what is collected, even if it is little.
    void flush();
    bool has_unflushed() const noexcept { return !rows_.empty() || !failures_.empty(); }

    /// As many rows wait as may, or the output itself waits.
    bool is_blocked() const { return thread_.is_full() || thread_.is_waiting(); }

    /// Flushes, writes all, then ends the outputs. No `append` may follow.
    void finish(output_end end);
    bool is_finished() const { return thread_.is_finished(); }

    std::optional<sink::output_error> error() const { return thread_.error(); }
    bool is_waiting() const { return thread_.is_waiting(); }
    std::string waits_for() const { return thread_.waits_for(); }
    std::uint64_t bytes() const { return thread_.bytes(); }

private:
    static constexpr std::size_t block_size = std::size_t{256} << 10U;
    /// Rows that do not fit any more are no reason to move the block.
    static constexpr std::size_t block_capacity = block_size + 8192;

    bool has_header() const noexcept;
    static bool follow_each_other(std::span<const card::card_outcome> rows) noexcept {
        for (std::size_t i = 1; i < rows.size(); ++i) {
            if (rows[i].line != rows.front().line + i) return false;
        }
        return true;
    }
    void append_failure(const card::card_outcome& row);

    sink::output_format format_;
    sink::output_format failures_format_;
    bool lists_failures_;
    bool goes_on_with_failures_;  ///< where the rows go on: they have their header
    std::optional<progress_settings> progress_;
    progress_note note_;
    sink::row_maker maker_;
    sink::row_buffer rows_;
    sink::row_buffer failures_;
    std::string text_;  ///< of what is not made in place
    writing_thread thread_;
};

}  // namespace cardresolver::run
