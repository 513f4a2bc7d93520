#include "run/row_writer.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace cardresolver::run {
namespace {

constexpr std::size_t block_size = 128 * 1024;
constexpr std::size_t max_blocks = 8;

}  // namespace

struct row_writer::shared_state {
    std::unique_ptr<sink::output> output;
    std::function<void()> notify;

    mutable std::mutex mutex;
    std::condition_variable work;
    std::deque<std::string> waiting;
    std::vector<std::string> spare;
    std::optional<output_end> end;
    std::optional<sink::output_error> error;
    bool finished = false;
    bool abandoned = false;
    std::thread thread;

    /// The next block; nothing where all is written and the end is asked for.
    std::optional<std::string> wait_for_block() {
        std::unique_lock lock(mutex);
        work.wait(lock, [this] { return abandoned || !waiting.empty() || end; });
        if (abandoned || waiting.empty()) return std::nullopt;
        auto block = std::move(waiting.front());
        waiting.pop_front();
        return block;
    }

    void recycle(std::string block) {
        block.clear();
        const std::lock_guard lock(mutex);
        spare.push_back(std::move(block));
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
        while (auto block = wait_for_block()) {
            if (!has_failed()) guarded([&] { output->write(*block); });
            recycle(std::move(*block));
            notify();
        }
        if (is_abandoned()) return;
        guarded([this] { close(); });
        {
            const std::lock_guard lock(mutex);
            finished = true;
        }
        notify();
    }

    bool is_abandoned() {
        const std::lock_guard lock(mutex);
        return abandoned;
    }

    void close() {
        if (*end == output_end::commit && !has_failed()) return output->commit();
        if (*end == output_end::discard) return output->discard();
        if (!has_failed()) output->suspend();
    }
};

row_writer::row_writer(std::unique_ptr<sink::output> output, sink::output_format format,
                       std::function<void()> notify)
    : state_(std::make_unique<shared_state>()), format_(format) {
    state_->output = std::move(output);
    state_->notify = std::move(notify);
    current_.reserve(block_size + 4096);
    sink::append_header(current_, format_);
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

void row_writer::append(const card::card_outcome& row) {
    sink::append_row(current_, format_, row);
    if (current_.size() >= block_size) flush();
}

void row_writer::flush() {
    if (current_.empty()) return;
    bytes_ += current_.size();
    {
        const std::lock_guard lock(state_->mutex);
        state_->waiting.push_back(std::move(current_));
        current_.clear();
        if (!state_->spare.empty()) {
            current_ = std::move(state_->spare.back());
            state_->spare.pop_back();
        }
    }
    current_.reserve(block_size + 4096);
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

std::optional<sink::output_error> row_writer::error() const {
    const std::lock_guard lock(state_->mutex);
    return state_->error;
}

}  // namespace cardresolver::run
