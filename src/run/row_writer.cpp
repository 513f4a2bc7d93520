#include "run/row_writer.hpp"

#include <utility>

namespace cardresolver::run {

row_writer::row_writer(row_outputs outputs, std::optional<progress_settings> progress,
                       std::function<void()> notify)
    : format_(outputs.format),
      failures_format_(outputs.failures_format),
      lists_failures_(outputs.failures != nullptr),
      goes_on_with_failures_(lists_failures_ && outputs.failures->is_resumable()),
      progress_(std::move(progress)),
      maker_(outputs.format),
      thread_(std::move(outputs), std::move(notify)) {
    rows_.reserve(block_capacity);
    const bool goes_on = progress_ && progress_->has_rows;
    keep_columns({});
    if (!lists_failures_ || (goes_on && goes_on_with_failures_)) return;
    text_.clear();
    sink::append_failures_header(text_);
    failures_.append(text_);
}

/// A database is told the columns anew by each process.
bool row_writer::has_header() const noexcept {
    return progress_ && progress_->has_rows && format_ != sink::output_format::database;
}

void row_writer::keep_columns(std::string_view names) {
    if (has_header()) return;
    text_.clear();
    sink::append_header(text_, format_, names);
    rows_.clear();
    rows_.append(text_);
}

void row_writer::append_failure(const card::card_outcome& row) {
    text_.clear();
    sink::append_failure(text_, failures_format_, row);
    failures_.append(text_);
}

void row_writer::append(const card::card_outcome& row, std::string_view front) {
    if (rows_.size() >= block_size) flush();
    if (progress_) note_.closed.add(row.line);
    if (lists_failures_ && row.outcome == card::outcome_kind::failed) append_failure(row);
    maker_.append_behind(rows_, row, front);
}

void row_writer::append_text(std::string_view lines) {
    rows_.append(lines);
    if (rows_.size() >= block_size) flush();
}

void row_writer::flush() {
    if (!has_unflushed()) return;
    output_block block{std::exchange(rows_, thread_.take_spare()), {}, {}};
    if (!failures_.empty()) block.failures = std::exchange(failures_, thread_.take_spare());
    if (progress_) {
        note_.history = std::make_unique<run_history>(progress_->count());
        block.progress = std::exchange(note_, {});
    }
    thread_.put(std::move(block));
    rows_.reserve(block_capacity);
}

void row_writer::finish(output_end end) {
    flush();
    thread_.finish(end);
}

}  // namespace cardresolver::run
