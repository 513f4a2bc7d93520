#include "run/writing_thread.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace cardresolver::run {

using clock = std::chrono::steady_clock;

struct writing_thread::shared_state {
    writing_pace pace;
    row_outputs outputs;           // of the thread alone
    clock::time_point last_saved;  // likewise
    bool has_unsaved = false;      // likewise
    std::function<void()> notify;

    mutable std::mutex mutex;
    std::condition_variable work;
    std::deque<output_block> waiting;
    std::vector<sink::row_buffer> spare;
    std::optional<output_end> end;
    std::optional<sink::output_error> error;
    std::uint64_t bytes = 0;  // that `outputs.rows` has taken
    std::string waits_for;    // empty: does not wait
    bool gave_up = false;     // waiting: what is left is not written, and not part of the progress
    bool finished = false;
    bool abandoned = false;

    // What of it the owner looks at many times for each reply, without a lock. Changed with the rest.
    std::atomic<std::size_t> blocks = 0;   // that wait
    std::atomic<bool> has_error = false;   // `error` is there, and stays
    std::atomic<bool> is_waiting = false;  // for something

    std::thread thread;

    bool has_work() const { return abandoned || !waiting.empty() || end; }

    /// The next block; nothing where there is none, and either it is time to save, or all is written and the
    /// end is asked for.
    std::optional<output_block> wait_for_block() {
        std::unique_lock lock(mutex);
        if (has_unsaved) {
            work.wait_until(lock, last_saved + pace.save_within, [this] { return has_work(); });
        } else {
            work.wait(lock, [this] { return has_work(); });
        }
        if (abandoned || waiting.empty()) return std::nullopt;
        auto next = std::move(waiting.front());
        waiting.pop_front();
        blocks = waiting.size();
        return next;
    }

    void write(output_block& block) {
        // The failures first: what the rows' output has taken shows up in `bytes` when both are written.
        if (!block.failures.empty()) outputs.failures->write(block.failures.view());
        outputs.rows->write(block.rows.view());
        if (!block.progress) return;
        outputs.progress->take(std::move(*block.progress));
        has_unsaved = true;
    }

    void save(bool is_complete) {
        for_each_output(&sink::output::sync);
        std::optional<sink::output_mark> failures;
        if (outputs.failures) failures = outputs.failures->mark();
        outputs.progress->save(outputs.rows->mark(), failures, is_complete);
        has_unsaved = false;
        last_saved = clock::now();
    }

    void save_where_due() {
        if (!has_unsaved) return;
        if (clock::now() >= last_saved + pace.save_within || outputs.rows->unsaved_bytes() >= pace.save_bytes)
            save(false);
    }

    void recycle(output_block& block) {
        const std::lock_guard lock(mutex);
        bytes = outputs.rows->bytes();
        for (auto* buffer : {&block.rows, &block.failures}) {
            if (buffer->capacity() == 0 || spare.size() >= 2 * max_blocks) continue;
            buffer->clear();
            spare.push_back(std::move(*buffer));
        }
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
        // Who stops a run while its output waits gets what is durable, not an error.
        gave_up = fault.kind == sink::output_error::error_kind::waited_in_vain && end == output_end::suspend;
        if (error || gave_up) return;
        error = fault;
        has_error = true;
    }

    bool has_failed() {
        const std::lock_guard lock(mutex);
        return error.has_value() || gave_up;
    }

    /// The outputs' `sink::wait_hook`.
    bool wait(std::string_view why, std::chrono::milliseconds how_long) {
        tell_of_wait(why);
        std::unique_lock lock(mutex);
        const auto is_to_end = [this] { return abandoned || (end && end != output_end::commit); };
        return !work.wait_for(lock, std::min(how_long, pace.longest_pause), is_to_end);
    }

    /// `why` is empty once it is over.
    void tell_of_wait(std::string_view why) {
        {
            const std::lock_guard lock(mutex);
            if (waits_for == why) return;
            waits_for = why;
            is_waiting = !why.empty();
        }
        notify();
    }

    void run() {
        while (!is_over()) {
            auto next = wait_for_block();
            if (next && !has_failed()) guarded([&] { write(*next); });
            if (!has_failed()) guarded([this] { save_where_due(); });
            tell_of_wait({});
            if (!next) continue;
            recycle(*next);
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

    bool is_over() {
        const std::lock_guard lock(mutex);
        return abandoned || (end && waiting.empty());
    }

    bool is_abandoned() {
        const std::lock_guard lock(mutex);
        return abandoned;
    }

    void close() {
        if (*end == output_end::discard) return discard();
        if (has_failed()) return outputs.progress.reset();
        if (*end == output_end::suspend) return suspend();
        commit();
    }

    void discard() {
        for_each_output(&sink::output::discard);
        if (outputs.progress) outputs.progress->discard();
    }

    void suspend() {
        if (outputs.progress && has_unsaved) save(false);
        outputs.progress.reset();  // closes the checkpoint, with nothing left beside it
        for_each_output(&sink::output::suspend);
    }

    void commit() {
        // What can fail for want of room has then failed before either shows under its name. From here on the
        // run is complete: who comes back has but the names to see to.
        if (outputs.progress)
            save(true);
        else if (outputs.failures)
            for_each_output(&sink::output::sync);
        for_each_output(&sink::output::commit);
        if (outputs.progress) outputs.progress->finish();
    }

    void for_each_output(void (sink::output::*action)()) {
        if (outputs.failures) (outputs.failures.get()->*action)();
        (outputs.rows.get()->*action)();
    }
};

writing_thread::writing_thread(row_outputs outputs, std::function<void()> notify, const writing_pace& pace)
    : state_(std::make_unique<shared_state>()) {
    state_->pace = pace;
    state_->outputs = std::move(outputs);
    state_->notify = std::move(notify);
    if (state_->outputs.progress) {
        for (auto* out : {state_->outputs.rows.get(), state_->outputs.failures.get()}) {
            if (out == nullptr) continue;
            out->when_waiting([state = state_.get()](std::string_view why, std::chrono::milliseconds pause) {
                return state->wait(why, pause);
            });
        }
    }
    state_->last_saved = clock::now();
    state_->thread = std::thread([state = state_.get()] { state->run(); });
}

writing_thread::~writing_thread() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->abandoned = true;
    }
    state_->work.notify_one();
    state_->thread.join();
}

void writing_thread::put(output_block block) {
    {
        const std::lock_guard lock(state_->mutex);
        state_->waiting.push_back(std::move(block));
        state_->blocks = state_->waiting.size();
    }
    state_->work.notify_one();
}

sink::row_buffer writing_thread::take_spare() {
    const std::lock_guard lock(state_->mutex);
    if (state_->spare.empty()) return {};
    auto spare = std::move(state_->spare.back());
    state_->spare.pop_back();
    return spare;
}

bool writing_thread::is_full() const {
    return state_->blocks >= max_blocks;
}

void writing_thread::finish(output_end end) {
    {
        const std::lock_guard lock(state_->mutex);
        // Who stops a run that waits at its very end does not wait any longer.
        const bool may_change = state_->end == output_end::commit && !state_->waits_for.empty();
        if (!state_->end || may_change) state_->end = end;
    }
    state_->work.notify_one();
}

bool writing_thread::is_finished() const {
    const std::lock_guard lock(state_->mutex);
    return state_->finished;
}

bool writing_thread::is_waiting() const {
    return state_->is_waiting;
}

std::string writing_thread::waits_for() const {
    const std::lock_guard lock(state_->mutex);
    return state_->waits_for;
}

std::uint64_t writing_thread::bytes() const {
    const std::lock_guard lock(state_->mutex);
    return state_->bytes;
}

std::optional<sink::output_error> writing_thread::error() const {
    if (!state_->has_error) return std::nullopt;
    const std::lock_guard lock(state_->mutex);
    return state_->error;
}

}  // namespace cardresolver::run
