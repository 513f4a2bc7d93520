// Rows out: formatted on the event loop, written on a thread of its own.
#pragma once

#include "card/outcome.hpp"
#include "sink/output.hpp"
#include "sink/row_format.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::run {

/// What becomes of the outputs in the end.
enum class output_end : std::uint8_t { commit, suspend, discard };

/// Where rows go.
struct row_outputs {
    std::unique_ptr<sink::output> rows;
    sink::output_format format = sink::output_format::csv;
    std::unique_ptr<sink::output> failures;  ///< a list of what is `failed`; null: not wanted
    sink::output_format failures_format = sink::output_format::csv;
};

/// Collects rows into large blocks and hands them to a writing thread. At most `max_blocks` blocks wait;
/// `is_blocked` says when no further rows should be made. Its owner is one thread.
///
/// The list of failures is committed first, once both outputs are known to be durable: whoever sees the rows
/// under their final name finds it beside them.
class row_writer {
public:
    /// `notify` is called on the writing thread after room came free, after an error, and after `finish`.
    row_writer(row_outputs outputs, std::function<void()> notify);
    ~row_writer();
    row_writer(const row_writer&) = delete;
    row_writer& operator=(const row_writer&) = delete;

    /// Rows will begin with columns that bear these names (see `sink::append_header`). Before the first row.
    void keep_columns(std::string_view names);
    /// `front`: see `sink::append_row`.
    void append(const card::card_outcome& row, std::string_view front = {});
    /// Whole lines that were made elsewhere.
    void append_text(std::string_view lines);

    /// Hands over what is collected, even if it is little.
    void flush();
    bool has_unflushed() const noexcept { return !rows_.empty() || !failures_.empty(); }

    /// As many blocks wait as may: the taker of rows is slower than their maker.
    bool is_blocked() const;

    /// Flushes, writes all, then ends the outputs. No `append` may follow.
    void finish(output_end end);
    bool is_finished() const;

    /// The first error; nothing more is written after it.
    std::optional<sink::output_error> error() const;
    /// Bytes that the rows' output has taken so far.
    std::uint64_t bytes() const;

private:
    struct shared_state;

    void append_failure(const card::card_outcome& row);
    void hand_over(std::string& collected, sink::output* to);

    std::unique_ptr<shared_state> state_;
    std::string rows_;
    std::string failures_;
    sink::output_format format_;
    sink::output_format failures_format_;
    sink::output* failures_output_;  ///< null: not wanted
};

}  // namespace cardresolver::run
