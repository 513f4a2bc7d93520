// Outputs that a test looks into, holds up, fills up or breaks.
#pragma once

#include "sink/output.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace cardresolver::run {

/// What the fake outputs saw; shared with the test, which the writing thread outlives.
struct output_log {
    std::mutex mutex;
    std::condition_variable changed;
    std::string rows;
    std::string failures;
    std::string calls;  ///< "commit rows, ": in their order
    bool gate_is_open = true;
    bool is_full = false;     ///< the disk
    bool holds_rows = false;  ///< until the progress is saved
    std::string fails;        ///< the output and the call that fails: "rows write"
};

class fake_output final : public sink::output {
public:
    fake_output(output_log& log, std::string name, std::string& written)
        : log_(log), name_(std::move(name)), written_(written) {}
    void when_waiting(const sink::wait_hook& hook) override { wait_ = hook; }
    void write(std::string_view bytes) override {
        std::unique_lock lock(log_.mutex);
        log_.changed.wait(lock, [this] { return log_.gate_is_open; });
        while (log_.is_full) {
            lock.unlock();
            if (!wait_("no room", std::chrono::seconds(5)))
                throw sink::output_error(sink::output_error::error_kind::waited_in_vain, "no room");
            lock.lock();
        }
        fail_where_told("write");
        written_ += bytes;
    }
    void sync() override { note("sync"); }
    void commit() override { note("commit"); }
    void suspend() override { note("suspend"); }
    void discard() override { note("discard"); }
    std::uint64_t bytes() const noexcept override { return written_.size(); }
    std::size_t unsaved_bytes() const noexcept override { return log_.holds_rows ? written_.size() : 0; }

private:
    void note(const std::string& call) {
        const std::lock_guard lock(log_.mutex);
        fail_where_told(call);
        log_.calls += call + " " + name_ + ", ";
    }
    void fail_where_told(const std::string& call) const {
        if (log_.fails == name_ + " " + call)
            throw sink::output_error(sink::output_error::error_kind::io, "the disk is gone");
    }
    output_log& log_;
    std::string name_;
    std::string& written_;
    sink::wait_hook wait_;
};

}  // namespace cardresolver::run
