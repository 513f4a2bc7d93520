#include "run/progress_keeper.hpp"

#include "dispatch/verify.hpp"

#include <algorithm>
#include <utility>

namespace cardresolver::run {

progress_keeper::progress_keeper(std::unique_ptr<checkpoint_store> store, checkpoint state)
    : store_(std::move(store)), state_(std::move(state)) {
    for (const auto& records : state_.open)
        open_.open(records);
    positions_.push_back(state_.position);
}

void progress_keeper::take(progress_note&& note) {
    for (const auto& records : note.opened.ranges())
        open_.open(records);
    for (const auto& records : note.closed.ranges())
        open_.close(records);
    positions_.insert(positions_.end(), note.positions.begin(), note.positions.end());
    state_.newest_line = std::max(state_.newest_line, open_.newest());
    drop_old_positions();
    // Who goes on reads again what was read before.
    if (note.consumed.bytes > state_.consumed.bytes) state_.consumed = note.consumed;
    history_ = std::move(note.history);
}

/// The next process must find the oldest open record; where there is none, all records that were not taken
/// in.
void progress_keeper::drop_old_positions() {
    const auto wanted = open_.oldest().value_or(state_.newest_line + 1);
    while (positions_.size() > 1 && positions_[1].lines < wanted)
        positions_.pop_front();
}

void progress_keeper::save(const sink::output_mark& rows, const std::optional<sink::output_mark>& failures,
                           bool is_complete) {
    CARDRESOLVER_VERIFY(!is_complete || !open_.oldest());
    state_.position = positions_.front();
    state_.open = open_.lines().ranges();
    state_.rows = rows;
    state_.failures = failures;
    state_.is_complete = is_complete;
    if (history_) state_.history = write_history(*history_);
    store_->save(state_);
}

}  // namespace cardresolver::run
