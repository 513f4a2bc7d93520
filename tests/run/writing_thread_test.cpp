#include "run/writing_thread.hpp"

#include "run/checkpoint_file.hpp"
#include "run/fake_output.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace cardresolver::run {
namespace {

class writing_thread_test : public testing::Test {
protected:
    void start(const writing_pace& pace = {}) {
        row_outputs outputs;
        outputs.rows = std::make_unique<fake_output>(log_, "rows", log_.rows);
        outputs.failures = std::make_unique<fake_output>(log_, "failures", log_.failures);
        outputs.progress =
            std::make_unique<progress_keeper>(std::make_unique<checkpoint_file>(path_), checkpoint());
        thread_.emplace(
            std::move(outputs),
            [this] {
                const std::lock_guard lock(mutex_);
                changed_.notify_all();
            },
            pace);
    }
    template <class Condition>
    void wait_until(Condition condition) {
        std::unique_lock lock(mutex_);
        while (!condition())
            changed_.wait(lock);
    }
    void put(std::uint64_t line) {
        output_block block{sink::row_buffer("row\n"), sink::row_buffer("failure\n"), progress_note{}};
        block.progress->opened.add(line);
        block.progress->closed.add(line);
        thread_->put(std::move(block));
    }
    void finish(output_end end) {
        thread_->finish(end);
        wait_until([this] { return thread_->is_finished(); });
    }
    /// What the next process would find, once this one has gone.
    std::optional<checkpoint> saved() {
        thread_.reset();
        if (!std::filesystem::exists(path_)) return std::nullopt;
        return checkpoint_file(path_).load();
    }
    void set_full(bool is_full) {
        const std::lock_guard lock(log_.mutex);
        log_.is_full = is_full;
    }

    output_log log_;
    std::mutex mutex_;
    std::condition_variable changed_;
    support::temporary_folder folder_;
    std::string path_ = folder_.path_of("rows.checkpoint");
    std::optional<writing_thread> thread_;
};

TEST_F(writing_thread_test, saves_what_is_durable_while_the_run_goes_on) {
    start({std::chrono::milliseconds(0), 1, std::chrono::milliseconds(0)});
    put(1);
    wait_until([this] {
        const std::lock_guard lock(log_.mutex);
        return log_.calls.find("sync rows") != std::string::npos;
    });
    const auto state = saved();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->newest_line, 1U);
    EXPECT_TRUE(state->open.empty());
    EXPECT_FALSE(state->is_complete);
}

TEST_F(writing_thread_test, a_stop_saves_what_was_written) {
    start({std::chrono::hours(1), std::size_t{1} << 20U, std::chrono::hours(1)});
    put(1);
    put(2);
    finish(output_end::suspend);
    EXPECT_EQ(log_.calls, "sync failures, sync rows, suspend failures, suspend rows, ");
    const auto state = saved();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->newest_line, 2U);
    EXPECT_EQ(state->rows.bytes, 8U);
    EXPECT_EQ(state->failures->bytes, 16U);
}

TEST_F(writing_thread_test, a_complete_run_leaves_no_checkpoint) {
    start();
    put(1);
    finish(output_end::commit);
    EXPECT_EQ(log_.calls, "sync failures, sync rows, commit failures, commit rows, ");
    EXPECT_FALSE(saved());
}

TEST_F(writing_thread_test, DK3_what_could_not_be_made_durable_is_not_saved) {
    log_.fails = "rows sync";
    start({std::chrono::milliseconds(0), 1, std::chrono::milliseconds(0)});
    put(1);
    wait_until([this] { return thread_->error().has_value(); });
    put(2);
    finish(output_end::commit);
    EXPECT_EQ(log_.calls, "sync failures, ") << "once, and never again";
    EXPECT_FALSE(saved());
}

TEST_F(writing_thread_test, DK3_a_run_whose_names_could_not_be_given_is_complete_all_the_same) {
    log_.fails = "rows commit";
    start();
    put(1);
    finish(output_end::commit);
    EXPECT_TRUE(thread_->error());
    const auto state = saved();
    ASSERT_TRUE(state);
    EXPECT_TRUE(state->is_complete);
}

TEST_F(writing_thread_test, DK1_a_full_disk_is_waited_for) {
    set_full(true);
    start({std::chrono::milliseconds(0), 1, std::chrono::milliseconds(0)});
    put(1);
    wait_until([this] { return thread_->is_waiting(); });
    EXPECT_FALSE(thread_->error());
    set_full(false);
    wait_until([this] { return !thread_->is_waiting(); });
    finish(output_end::commit);
    EXPECT_FALSE(thread_->error());
    EXPECT_EQ(log_.rows, "row\n");
    EXPECT_EQ(log_.failures, "failure\n");
}

TEST_F(writing_thread_test, DK1_a_run_may_be_stopped_while_the_disk_is_full) {
    start({std::chrono::hours(1), std::size_t{1} << 20U, std::chrono::hours(1)});
    put(1);
    wait_until([this] {
        const std::lock_guard lock(log_.mutex);
        return log_.rows == "row\n";
    });
    set_full(true);
    put(2);
    wait_until([this] { return thread_->is_waiting(); });
    finish(output_end::suspend);
    EXPECT_FALSE(thread_->error()) << "it was told to stop";
    EXPECT_EQ(log_.rows, "row\n");
}

TEST_F(writing_thread_test, rows_that_an_output_holds_in_memory_are_saved_once_there_are_many) {
    log_.holds_rows = true;
    start({std::chrono::hours(1), 8, std::chrono::hours(1)});
    put(1);
    put(2);
    wait_until([this] {
        const std::lock_guard lock(log_.mutex);
        return log_.calls.find("sync rows") != std::string::npos;
    });
    const auto state = saved();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->newest_line, 2U) << "one row alone was no reason";
}

}  // namespace
}  // namespace cardresolver::run
