#include "run/row_writer.hpp"

#include <utility>

namespace cardresolver::run {
namespace {

constexpr std::size_t block_size = std::size_t{256} * 1024;

/// A row that does not fit any more is no reason to move the block.
constexpr std::size_t block_capacity = block_size + 4096;

}  // namespace

row_writer::row_writer(row_outputs outputs, std::optional<progress_settings> progress,
                       std::function<void()> notify)
    : format_(outputs.format),
      failures_format_(outputs.failures_format),
      lists_failures_(outputs.failures != nullptr),
      goes_on_with_failures_(lists_failures_ && outputs.failures->is_resumable()),
      progress_(std::move(progress)),
      thread_(std::move(outputs), std::move(notify)) {
    rows_.reserve(block_capacity);
    const bool goes_on = progress_ && progress_->has_rows;
    if (!has_header()) sink::append_header(rows_, format_);
    if (lists_failures_ && !(goes_on && goes_on_with_failures_)) sink::append_failures_header(failures_);
}

/// A database is told the columns anew by each process.
bool row_writer::has_header() const noexcept {
    return progress_ && progress_->has_rows && format_ != sink::output_format::database;
}

void row_writer::keep_columns(std::string_view names) {
    if (has_header()) return;
    rows_.clear();
    sink::append_header(rows_, format_, names);
}

void row_writer::append(const card::card_outcome& row, std::string_view front) {
    if (format_ != sink::output_format::csv || !usual_rows_.append(rows_, row, front))
        sink::append_row(rows_, format_, row, front);
    if (row.outcome == card::outcome_kind::failed && lists_failures_) [[unlikely]]
        sink::append_failure(failures_, failures_format_, row);
    if (progress_) note_.closed.add(row.line);
    if (rows_.size() >= block_size) flush();
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
