#include "run/row_writer.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace cardresolver::run {
namespace {

/// What a fake output saw; shared with the test, which the writing thread outlives.
struct output_log {
    std::mutex mutex;
    std::condition_variable changed;
    std::string written;
    std::string ending;
    bool gate_is_open = true;
    bool fails = false;
};

class fake_output final : public sink::output {
public:
    explicit fake_output(output_log& log) : log_(log) {}
    void write(std::string_view bytes) override {
        std::unique_lock lock(log_.mutex);
        log_.changed.wait(lock, [this] { return log_.gate_is_open; });
        if (log_.fails) throw sink::output_error(sink::output_error::error_kind::io, "the disk is gone");
        log_.written += bytes;
    }
    void sync() override {}
    void commit() override { end("commit"); }
    void suspend() override { end("suspend"); }
    void discard() override { end("discard"); }
    std::uint64_t bytes() const noexcept override { return 0; }

private:
    void end(const char* how) {
        const std::lock_guard lock(log_.mutex);
        log_.ending = how;
    }
    output_log& log_;
};

class row_writer_test : public testing::Test {
protected:
    void start() {
        writer_.emplace(std::make_unique<fake_output>(log_), sink::output_format::csv, [this] {
            const std::lock_guard lock(mutex_);
            ++notified_;
            changed_.notify_all();
        });
    }
    template <class Condition>
    void wait_until(Condition condition) {
        std::unique_lock lock(mutex_);
        while (!condition())
            changed_.wait(lock);
    }
    void append(std::uint64_t line) {
        card::card_outcome row;
        row.line = line;
        row.number = "1064826090209";
        row.kind = card::card_kind::msisdn;
        writer_->append(row);
    }

    output_log log_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int notified_ = 0;
    std::optional<row_writer> writer_;
};

TEST_F(row_writer_test, writes_header_and_rows_and_commits) {
    start();
    append(1);
    append(2);
    writer_->finish(output_end::commit);
    wait_until([this] { return writer_->is_finished(); });
    EXPECT_EQ(log_.ending, "commit");
    EXPECT_EQ(log_.written.substr(0, 5), "line,");
    EXPECT_EQ(std::count(log_.written.begin(), log_.written.end(), '\n'), 3);
    EXPECT_EQ(writer_->bytes(), log_.written.size());
}

TEST_F(row_writer_test, says_when_no_more_rows_should_be_made_and_when_they_may) {
    log_.gate_is_open = false;
    start();
    std::uint64_t line = 0;
    while (!writer_->is_blocked())
        append(++line);
    EXPECT_LE(writer_->bytes(), 10U * 128 * 1024) << "what waits is bounded";
    {
        const std::lock_guard lock(log_.mutex);
        log_.gate_is_open = true;
        log_.changed.notify_all();
    }
    wait_until([this] { return !writer_->is_blocked(); });
    writer_->finish(output_end::suspend);
    wait_until([this] { return writer_->is_finished(); });
    EXPECT_EQ(log_.ending, "suspend");
    EXPECT_EQ(std::count(log_.written.begin(), log_.written.end(), '\n'),
              static_cast<std::ptrdiff_t>(line + 1));
}

TEST_F(row_writer_test, DK2_reports_the_first_error_and_never_commits_after_it) {
    log_.fails = true;
    start();
    append(1);
    writer_->flush();
    wait_until([this] { return writer_->error().has_value(); });
    EXPECT_STREQ(writer_->error()->what(), "the disk is gone");
    append(2);
    writer_->finish(output_end::commit);
    wait_until([this] { return writer_->is_finished(); });
    EXPECT_EQ(log_.ending, "");
}

}  // namespace
}  // namespace cardresolver::run
