#include "run/row_writer.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace cardresolver::run {
namespace {

constexpr std::size_t block_size = std::size_t{128} * 1024;
constexpr std::size_t max_blocks = 8;

struct block {
    std::string bytes;
    sink::output* to = nullptr;
};

}  // namespace

struct row_writer::shared_state {
    row_outputs outputs;
    std::function<void()> notify;

    mutable std::mutex mutex;
    std::condition_variable work;
    std::deque<block> waiting;
    std::vector<std::string> spare;
    std::optional<output_end> end;
    std::optional<sink::output_error> error;
    std::uint64_t bytes = 0;  // that `outputs.rows` has taken
    bool finished = false;
    bool abandoned = false;
    std::thread thread;

    /// The next block; nothing where all is written and the end is asked for.
    std::optional<block> wait_for_block() {
        std::unique_lock lock(mutex);
        work.wait(lock, [this] { return abandoned || !waiting.empty() || end; });
        if (abandoned || waiting.empty()) return std::nullopt;
        auto next = std::move(waiting.front());
        waiting.pop_front();
        return next;
    }

    void recycle(std::string bytes_of_block) {
        bytes_of_block.clear();
        const std::lock_guard lock(mutex);
        bytes = outputs.rows->bytes();
        if (spare.size() < max_blocks) spare.push_back(std::move(bytes_of_block));
    }

    template <class Action>
    void guarded(Action action) {
        try {
            action();
        } catch (const sink::output_error& fault) {
            fail(fault);
        } catch (const std::exception& fault) {
            fail(sink::output_error(sink::output_error::error_kind::io, fault.what()));
        }
    }

    void fail(const sink::output_error& fault) {
        const std::lock_guard lock(mutex);
        if (!error) error = fault;
    }

    bool has_failed() {
        const std::lock_guard lock(mutex);
        return error.has_value();
    }

    void run() {
        while (auto next = wait_for_block()) {
            if (!has_failed()) guarded([&] { next->to->write(next->bytes); });
            recycle(std::move(next->bytes));
            notify();
        }
        if (is_abandoned()) return;
        guarded([this] { close(); });
        {
            const std::lock_guard lock(mutex);
            bytes = outputs.rows->bytes();
            finished = true;
        }
        notify();
    }

    bool is_abandoned() {
        const std::lock_guard lock(mutex);
        return abandoned;
    }

    void close() {
        if (*end == output_end::discard) return for_each_output(&sink::output::discard);
        if (has_failed()) return;
        if (*end == output_end::suspend) return for_each_output(&sink::output::suspend);
        // What can fail for want of room has then failed before either shows under its name.
        if (outputs.failures) for_each_output(&sink::output::sync);
        for_each_output(&sink::output::commit);
    }

    void for_each_output(void (sink::output::*action)()) {
        if (outputs.failures) (outputs.failures.get()->*action)();
        (outputs.rows.get()->*action)();
    }
};

row_writer::row_writer(row_outputs outputs, std::function<void()> notify)
    : state_(std::make_unique<shared_state>()),
      format_(outputs.format),
      failures_format_(outputs.failures_format),
      failures_output_(outputs.failures.get()) {
    state_->outputs = std::move(outputs);
    state_->notify = std::move(notify);
    rows_.reserve(block_size + 4096);
    sink::append_header(rows_, format_);
    if (failures_output_ != nullptr) sink::append_failures_header(failures_);
    state_->thread = std::thread([state = state_.get()] { state->run(); });
}

row_writer::~row_writer() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->abandoned = true;
    }
    state_->work.notify_one();
    state_->thread.join();
}

void row_writer::keep_columns(std::string_view names) {
    rows_.clear();
    sink::append_header(rows_, format_, names);
}

void row_writer::append(const card::card_outcome& row, std::string_view front) {
    sink::append_row(rows_, format_, row, front);
    if (row.outcome == card::outcome_kind::failed && failures_output_ != nullptr) [[unlikely]]
        append_failure(row);
    if (rows_.size() >= block_size) flush();
}

void row_writer::append_failure(const card::card_outcome& row) {
    sink::append_failure(failures_, failures_format_, row);
    if (failures_.size() >= block_size) hand_over(failures_, failures_output_);
}

void row_writer::append_text(std::string_view lines) {
    rows_.append(lines);
    if (rows_.size() >= block_size) flush();
}

void row_writer::flush() {
    if (!failures_.empty()) hand_over(failures_, failures_output_);
    if (rows_.empty()) return;
    hand_over(rows_, state_->outputs.rows.get());
    rows_.reserve(block_size + 4096);
}

void row_writer::hand_over(std::string& collected, sink::output* to) {
    {
        const std::lock_guard lock(state_->mutex);
        state_->waiting.push_back({std::move(collected), to});
        collected.clear();
        if (!state_->spare.empty()) {
            collected = std::move(state_->spare.back());
            state_->spare.pop_back();
        }
    }
    state_->work.notify_one();
}

bool row_writer::is_blocked() const {
    const std::lock_guard lock(state_->mutex);
    return state_->waiting.size() >= max_blocks;
}

void row_writer::finish(output_end end) {
    flush();
    {
        const std::lock_guard lock(state_->mutex);
        state_->end = end;
    }
    state_->work.notify_one();
}

bool row_writer::is_finished() const {
    const std::lock_guard lock(state_->mutex);
    return state_->finished;
}

std::uint64_t row_writer::bytes() const {
    const std::lock_guard lock(state_->mutex);
    return state_->bytes;
}

std::optional<sink::output_error> row_writer::error() const {
    const std::lock_guard lock(state_->mutex);
    return state_->error;
}

}  // namespace cardresolver::run
