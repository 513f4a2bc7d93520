#include "run/row_writer.hpp"

#include "run/fake_output.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace cardresolver::run {
namespace {

class row_writer_test : public testing::Test {
protected:
    void start(bool with_failures = false) {
        row_outputs outputs;
        outputs.rows = std::make_unique<fake_output>(log_, "rows", log_.rows);
        if (with_failures) outputs.failures = std::make_unique<fake_output>(log_, "failures", log_.failures);
        writer_.emplace(std::move(outputs), std::nullopt, [this] {
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
    void append(std::uint64_t line, card::outcome_kind outcome = card::outcome_kind::resolved) {
        card::card_outcome row;
        row.line = line;
        row.number = "1064826090209";
        row.kind = card::card_kind::msisdn;
        row.outcome = outcome;
        row.status = "timeout";
        writer_->append(row);
    }
    void finish(output_end end) {
        writer_->finish(end);
        wait_until([this] { return writer_->is_finished(); });
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
    finish(output_end::commit);
    EXPECT_EQ(log_.calls, "commit rows, ");
    EXPECT_EQ(log_.rows.substr(0, 5), "line,");
    EXPECT_EQ(std::count(log_.rows.begin(), log_.rows.end(), '\n'), 3);
    EXPECT_EQ(writer_->bytes(), log_.rows.size());
}

TEST_F(row_writer_test, says_when_no_more_rows_should_be_made_and_when_they_may) {
    log_.gate_is_open = false;
    start();
    std::uint64_t line = 0;
    while (!writer_->is_blocked())
        append(++line);
    EXPECT_EQ(writer_->bytes(), 0U) << "nothing has gone out";
    EXPECT_LE(line * 30, 6U * 256 * 1024) << "what waits is bounded";
    {
        const std::lock_guard lock(log_.mutex);
        log_.gate_is_open = true;
        log_.changed.notify_all();
    }
    wait_until([this] { return !writer_->is_blocked(); });
    finish(output_end::suspend);
    EXPECT_EQ(log_.calls, "suspend rows, ");
    EXPECT_EQ(std::count(log_.rows.begin(), log_.rows.end(), '\n'), static_cast<std::ptrdiff_t>(line + 1));
}

TEST_F(row_writer_test, DK2_reports_the_first_error_and_never_commits_after_it) {
    log_.fails = "rows write";
    start();
    append(1);
    writer_->flush();
    wait_until([this] { return writer_->error().has_value(); });
    EXPECT_STREQ(writer_->error()->what(), "the disk is gone");
    append(2);
    finish(output_end::commit);
    EXPECT_EQ(log_.calls, "");
}

TEST_F(row_writer_test, lists_failures_a_second_time_and_commits_them_first) {
    start(true);
    append(1);
    append(2, card::outcome_kind::failed);
    append(3, card::outcome_kind::invalid);
    finish(output_end::commit);
    EXPECT_EQ(log_.calls, "sync failures, sync rows, commit failures, commit rows, ");
    EXPECT_EQ(log_.failures, "line,number,kind,status,message\n2,1064826090209,msisdn,timeout,\n");
    EXPECT_EQ(std::count(log_.rows.begin(), log_.rows.end(), '\n'), 4);
    EXPECT_EQ(writer_->bytes(), log_.rows.size()) << "the rows' alone";
}

TEST_F(row_writer_test, names_the_columns_that_are_kept_once) {
    start(true);
    writer_->keep_columns("a,b,");
    append(1, card::outcome_kind::failed);
    finish(output_end::commit);
    EXPECT_EQ(log_.rows.substr(0, 9), "a,b,line,");
    EXPECT_EQ(std::count(log_.rows.begin(), log_.rows.end(), '\n'), 2);
    EXPECT_EQ(log_.failures.substr(0, 5), "line,") << "failures keep no columns";
}

TEST_F(row_writer_test, an_empty_list_of_failures_has_its_header) {
    start(true);
    append(1);
    finish(output_end::suspend);
    EXPECT_EQ(log_.calls, "suspend failures, suspend rows, ");
    EXPECT_EQ(log_.failures, "line,number,kind,status,message\n");
}

TEST_F(row_writer_test, many_failures_are_bounded_like_rows) {
    log_.gate_is_open = false;
    start(true);
    std::uint64_t line = 0;
    while (!writer_->is_blocked())
        append(++line, card::outcome_kind::failed);
    EXPECT_LE(line * 30, 6U * 256 * 1024);
    {
        const std::lock_guard lock(log_.mutex);
        log_.gate_is_open = true;
        log_.changed.notify_all();
    }
    finish(output_end::discard);
    EXPECT_EQ(log_.calls, "discard failures, discard rows, ");
    EXPECT_EQ(std::count(log_.failures.begin(), log_.failures.end(), '\n'),
              static_cast<std::ptrdiff_t>(line + 1));
}

TEST_F(row_writer_test, DK3_shows_neither_under_its_name_where_one_is_not_durable) {
    for (const char* fault : {"failures sync", "rows sync", "failures commit", "failures write"}) {
        log_.calls.clear();
        log_.fails = fault;
        start(true);
        append(1, card::outcome_kind::failed);
        finish(output_end::commit);
        EXPECT_TRUE(writer_->error()) << fault;
        EXPECT_EQ(log_.calls.find("commit"), std::string::npos) << fault << ": " << log_.calls;
        writer_.reset();
    }
}

}  // namespace
}  // namespace cardresolver::run
