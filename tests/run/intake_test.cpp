#include "run/intake.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace cardresolver::run {
namespace {

/// Long enough, mostly, for the reading thread to come to where it waits; right in any case.
void let_others_run() {
    for (int i = 0; i < 1000; ++i)
        std::this_thread::yield();
}

class intake_test : public testing::Test {
protected:
    intake_test() : folder_(std::filesystem::temp_directory_path() / "cardresolver-intake-XXXXXX") {
        std::string name = folder_.string();
        folder_ = ::mkdtemp(name.data());
    }
    ~intake_test() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& text) {
        const auto path = folder_ / "list.txt";
        std::ofstream(path, std::ios::binary) << text;
        return path.string();
    }
    /// Of so many records, some 1,700 in a block.
    std::string write_long(int records) {
        std::string text;
        for (int i = 0; i < records; ++i)
            text += std::to_string(1'064'800'000'000LL + i) + "\n";
        return write(text);
    }
    void start(const std::string& path) {
        intake_settings settings;
        settings.input.path = path;
        start(settings);
    }
    void start(const intake_settings& settings) {
        intake_.emplace(nullptr, settings, [this] {
            const std::lock_guard lock(mutex_);
            notified_ = true;
            ++notifications_;
            changed_.notify_all();
        });
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return notified_; });
        notified_ = false;
    }
    int notifications() {
        const std::lock_guard lock(mutex_);
        return notifications_;
    }
    /// The next block, waited for; null at the end.
    std::unique_ptr<intake_block> take() {
        for (;;) {
            if (auto block = intake_->try_take()) return block;
            if (intake_->has_ended()) return nullptr;
            wait();
        }
    }
    /// Takes all records, waiting where there is none yet.
    std::vector<dispatch::listed_card> take_all() {
        std::vector<dispatch::listed_card> records;
        while (auto block = take()) {
            records.insert(records.end(), block->records.begin(), block->records.end());
            intake_->recycle(std::move(block));
        }
        return records;
    }

    std::filesystem::path folder_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool notified_ = false;
    int notifications_ = 0;
    std::optional<intake> intake_;
};

TEST_F(intake_test, judges_each_record_and_keeps_the_raw_text_of_the_invalid_ones) {
    start(write("1064826090209\n\nrubbish\n898602b2221430000006\n"));
    const auto block = take();
    const auto& records = block->records;
    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(records[0].number.view(), "1064826090209");
    EXPECT_EQ(records[0].hash, dispatch::hashed_number(records[0].number).hash);
    EXPECT_EQ(records[1].line, 3U);
    EXPECT_EQ(records[2].number.view(), "898602B2221430000006");
    ASSERT_EQ(block->invalid.size(), 1U);
    EXPECT_EQ(block->invalid[0].line, 3U);
    EXPECT_NE(block->invalid[0].reason, card::invalid_reason::none);
    EXPECT_EQ(block->raw_of(block->invalid[0]), "rubbish");
    EXPECT_FALSE(intake_->error());
}

TEST_F(intake_test, lets_valid_records_be_taken_up_to_an_invalid_one) {
    start(write("1064826090209\n1064826090210\nrubbish\nmore\n1064826090211\n1064826090212\n"));
    const auto block = take();
    EXPECT_EQ(block->take_valid(1), 1U);
    EXPECT_EQ(block->take_valid(6), 1U);
    EXPECT_EQ(block->take_valid(6), 0U);
    EXPECT_EQ(block->take_invalid().line, 3U);
    ++block->next;  // passed without a look
    EXPECT_EQ(block->take_valid(6), 2U);
    EXPECT_EQ(block->next, 6U);
}

/// Some thirty blocks, of which few are made anew: those of the second half stand where invalid records
/// stood.
TEST_F(intake_test, forgets_the_invalid_records_of_a_block_that_is_used_again) {
    constexpr std::size_t lines = 50'000;
    constexpr std::size_t every = 100;
    std::string list;
    for (std::size_t line = 1; line <= lines; ++line)
        list += line % every == 0 && line <= lines / 2 ? "rubbish\n" : "1064826090209\n";
    start(write(list));
    std::size_t valid = 0;
    std::size_t invalid = 0;
    while (auto block = take()) {
        const auto end = block->records.size();
        while (block->next < end) {
            valid += block->take_valid(end);
            if (block->next == end) break;
            ASSERT_EQ(block->take_invalid().line, ++invalid * every);
        }
        intake_->recycle(std::move(block));
    }
    EXPECT_EQ(invalid, lines / 2 / every);
    EXPECT_EQ(valid + invalid, lines);
}

TEST_F(intake_test, brings_along_the_records_whose_columns_are_kept) {
    intake_settings settings;
    settings.input.path = write("a;number\n1;1064826090209\n\nx,y;rubbish\n");
    settings.input.keeps_columns = true;
    start(settings);
    const auto block = take();
    EXPECT_EQ(intake_->columns().names, (std::vector<std::string>{"a", "number"}));
    EXPECT_EQ(intake_->columns().delimiter, ';');
    ASSERT_EQ(block->records.size(), 2U);
    EXPECT_EQ(block->kept_of(0), "1;1064826090209");
    EXPECT_EQ(block->kept_of(1), "x,y;rubbish");
}

TEST_F(intake_test, refuses_columns_that_the_rows_cannot_name) {
    intake_settings settings;
    settings.input.path = write("{\"number\":\"1064826090209\"}\n");
    settings.input.keeps_columns = true;
    settings.rows = sink::output_format::csv;
    start(settings);
    EXPECT_TRUE(take_all().empty());
    ASSERT_TRUE(intake_->error());
    EXPECT_EQ(intake_->error()->kind, source::input_error::error_kind::mismatch);
    settings.rows = sink::output_format::ndjson;
    start(settings);
    EXPECT_EQ(take_all().size(), 1U);
    EXPECT_FALSE(intake_->error());
}

TEST_F(intake_test, hands_over_a_long_list_in_order_while_few_blocks_wait) {
    start(write_long(200'000));
    const auto records = take_all();
    ASSERT_EQ(records.size(), 200'000U);
    for (std::size_t i = 0; i < records.size(); ++i)
        ASSERT_EQ(records[i].line, i + 1);
}

TEST_F(intake_test, tells_a_consumer_that_has_not_come_of_the_end_alone) {
    start(write_long(3'000));
    wait();
    EXPECT_FALSE(intake_->has_ended()) << "blocks wait";
    EXPECT_EQ(take_all().size(), 3'000U);
    EXPECT_EQ(notifications(), 1);
}

TEST_F(intake_test, tells_a_consumer_that_has_come_in_vain_of_the_next_block) {
    const auto fifo = (folder_ / "fifo").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    start(fifo);
    std::ofstream writer(fifo);
    for (std::uint64_t line = 1; line < 10; ++line) {
        ASSERT_EQ(intake_->try_take(), nullptr);
        ASSERT_EQ(intake_->try_take(), nullptr) << "once more";
        writer << "1064826090209\n" << std::flush;
        wait();
        const auto block = intake_->try_take();
        ASSERT_NE(block, nullptr);
        EXPECT_EQ(block->records.at(0).line, line);
    }
    EXPECT_EQ(notifications(), 9);
    writer.close();
    wait();
    EXPECT_EQ(intake_->try_take(), nullptr);
    EXPECT_TRUE(intake_->has_ended());
}

/// The reader stops and goes on many times, and so does the consumer: neither waits for the other for ever.
TEST_F(intake_test, goes_on_however_fast_the_consumer_is) {
    const auto path = write_long(100'000);
    for (const int pause_after : {1, 2, 3, 5, 8, 1000}) {
        start(path);
        int blocks = 0;
        std::uint64_t line = 0;
        while (!intake_->has_ended()) {
            const auto block = intake_->try_take();
            if (!block) {
                if (!intake_->has_ended()) wait();
                continue;
            }
            for (const auto& record : block->records)
                ASSERT_EQ(record.line, ++line);
            if (++blocks % pause_after == 0) let_others_run();
        }
        EXPECT_EQ(line, 100'000U);
    }
}

TEST_F(intake_test, lets_a_reader_go_that_waits_for_room) {
    for (int i = 0; i < 50; ++i) {
        start(write_long(20'000));
        if (i % 2 == 0) let_others_run();
        while (i % 4 == 0 && !intake_->try_take())
            wait();
        intake_.reset();
    }
}

TEST(adjacent_lines, are_those_of_records_that_follow_each_other) {
    std::vector<dispatch::listed_card> records(3);
    records[0].line = 7;
    records[1].line = 8;
    records[2].line = 10;
    const std::span<const dispatch::listed_card> all = records;
    EXPECT_EQ(adjacent_lines(all.first(0)), std::nullopt);
    EXPECT_EQ(adjacent_lines(all.first(1)), (line_range{7, 7}));
    EXPECT_EQ(adjacent_lines(all.first(2)), (line_range{7, 8}));
    EXPECT_EQ(adjacent_lines(all), std::nullopt);
    EXPECT_EQ(adjacent_lines(all.subspan(2)), (line_range{10, 10}));
}

TEST_F(intake_test, reports_an_input_that_is_not_there) {
    start((folder_ / "absent").string());
    EXPECT_TRUE(take_all().empty());
    ASSERT_TRUE(intake_->error());
    EXPECT_EQ(intake_->error()->kind, source::input_error::error_kind::not_found);
}

TEST_F(intake_test, does_not_wait_for_a_read_that_hangs) {
    const auto fifo = (folder_ / "fifo").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    start(fifo);                   // hangs in open: there is no writer
    intake_.reset();               // returns all the same
    std::ofstream(fifo) << "1\n";  // lets the thread go
}

}  // namespace
}  // namespace cardresolver::run
