// Keeps the checkpoint: which rows are durable, and where the list must be read from to make the others.
#pragma once

#include "run/checkpoint.hpp"
#include "run/open_lines.hpp"
#include "run/run_history.hpp"
#include "source/input_position.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace cardresolver::run {

/// What has happened up to a row that is on its way to the output. A position comes in the same note as the
/// first record behind it, or earlier.
struct progress_note {
    line_ranges opened;  ///< records that were taken in since the last note, for the first time in the run
    line_ranges closed;  ///< records whose rows have been made since
    source::input_beginning consumed;               ///< of the list: what was read for `opened`
    std::vector<source::input_position> positions;  ///< where blocks of the list begin, ascending
    std::unique_ptr<run_history> history;           ///< counters up to here; too large to be copied along
};

/// The writing thread's alone. A note is given when its rows are written; `save` is called when they are
/// durable.
class progress_keeper {
public:
    /// `state`: where the run begins, or goes on.
    progress_keeper(std::unique_ptr<checkpoint_store> store, checkpoint state);

    void take(progress_note&& note);
    /// Where the outputs stand, all of it durable. Throws as `checkpoint_store` does.
    void save(const sink::output_mark& rows, const std::optional<sink::output_mark>& failures,
              bool is_complete = false);
    /// The outputs are in place: the run is over for good.
    void finish() { store_->finish(); }
    /// The run was not worth keeping.
    void discard() { store_->discard(); }

private:
    void drop_old_positions();

    std::unique_ptr<checkpoint_store> store_;
    checkpoint state_;
    open_lines open_;
    std::unique_ptr<run_history> history_;  ///< null: no note was taken
    std::deque<source::input_position>
        positions_;  ///< the first one is where the next process starts to read
};

}  // namespace cardresolver::run
