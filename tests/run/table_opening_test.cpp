// Runs into a table: which goes on, which is refused, which begins anew.
#include "run/table_opening.hpp"

#include "database/sqlite.hpp"
#include "source/input_identity.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace cardresolver::run {
namespace {

using database::sqlite_connection;
using error_kind = sink::output_error::error_kind;

class table_opening_test : public testing::Test {
protected:
    table_opening_test() {
        settings_.input.path = folder_.write("list.txt", "898602B2221430000006\n898602B2221430000007\n");
        settings_.output.target = "sqlite:" + path_;
        settings_.format = sink::output_format::database;
        settings_.row_settings = "kind=auto\n";
        settings_.dispatch.give_up_after = std::chrono::milliseconds(0);
    }

    static void write_row(run_opening& run, std::uint64_t line) {
        std::string rows;
        sink::append_header(rows, sink::output_format::database);
        card::card_outcome row;
        row.line = line;
        sink::append_row(rows, sink::output_format::database, row);
        run.outputs.rows->write(rows);
        auto note = note_of_rows(line);
        note.opened.add(line);
        note.closed.add(line);
        run.outputs.progress->take(std::move(note));
    }
    static progress_note note_of_rows(std::uint64_t count) {
        progress_note note;
        note.history = std::make_unique<run_history>();
        note.history->counts.outcomes[0] = count;
        return note;
    }
    /// With the row of its first line; returns its run_id.
    std::string leave_unfinished() {
        auto run = open_run(settings_);
        write_row(run, 1);
        run.outputs.progress->save(run.outputs.rows->mark(), {});
        return run.run_id;
    }
    std::string finish(run_opening run, std::uint64_t line = 1) {
        write_row(run, line);
        run.outputs.progress->save(run.outputs.rows->mark(), {}, true);
        run.outputs.progress->finish();
        return run.run_id;
    }
    template <class Error = sink::output_error>
    std::string why_not() {
        try {
            open_run(settings_);
        } catch (const Error& error) {
            return error.what();
        }
        ADD_FAILURE() << "no error";
        return {};
    }
    std::int64_t number_of(const std::string& query) const {
        return sqlite_connection(path_, sqlite_connection::opening::existing).number_of(query);
    }
    std::int64_t rows() const { return number_of("SELECT count(*) FROM cardresolver_rows"); }
    std::int64_t runs() const { return number_of("SELECT count(*) FROM cardresolver_runs"); }

    support::temporary_folder folder_;
    std::string path_ = folder_.path_of("rows.db");
    settings settings_;
};

TEST_F(table_opening_test, an_unfinished_run_of_the_same_list_goes_on) {
    const auto id = leave_unfinished();
    auto run = open_run(settings_);
    ASSERT_TRUE(run.resumed);
    EXPECT_EQ(run.run_id, id);
    EXPECT_EQ(run.resumed->newest_line, 1U);
    EXPECT_GT(run.outputs.rows->bytes(), 0U);
    write_row(run, 2);
    run.outputs.progress->save(run.outputs.rows->mark(), {});
    EXPECT_EQ(rows(), 2);
}

TEST_F(table_opening_test, another_list_and_other_settings_begin_a_new_run_beside_it) {
    leave_unfinished();
    settings_.row_settings = "kind=iccid\n";
    EXPECT_FALSE(open_run(settings_).resumed);
    settings_.row_settings = "kind=auto\n";
    folder_.write("list.txt", "898602B2221430000008\n898602B2221430000009\n");
    EXPECT_FALSE(open_run(settings_).resumed);
    EXPECT_EQ(runs(), 3);
    EXPECT_EQ(rows(), 1);
}

/// Their heads and tails agree: the difference shows where the run has read.
TEST_F(table_opening_test, IN6_a_list_that_differs_in_its_middle_is_another) {
    std::string list(200'000, '1');
    folder_.write("list.txt", list);
    {
        auto run = open_run(settings_);
        write_row(run, 1);
        auto note = note_of_rows(1);
        note.consumed = {150'000, source::crc_of_beginning(settings_.input.path, 150'000)};
        run.outputs.progress->take(std::move(note));
        run.outputs.progress->save(run.outputs.rows->mark(), {});
    }
    list[100'000] = '2';
    std::filesystem::remove(settings_.input.path);
    folder_.write("list.txt", list);
    EXPECT_FALSE(open_run(settings_).resumed);
    list[100'000] = '1';
    folder_.write("list.txt", list);
    EXPECT_TRUE(open_run(settings_).resumed) << "it was copied back";
}

TEST_F(table_opening_test, a_finished_run_of_the_same_list_is_refused_and_replaced_by_force_in_the_end) {
    const auto first = finish(open_run(settings_));
    EXPECT_NE(why_not().find("--force replaces them"), std::string::npos);
    settings_.output.force = true;
    {
        auto run = open_run(settings_);
        EXPECT_FALSE(run.resumed);
        write_row(run, 1);
        run.outputs.progress->save(run.outputs.rows->mark(), {});
    }
    EXPECT_EQ(rows(), 2) << "the old rows are there until the new ones are whole";
    auto again = open_run(settings_);
    ASSERT_TRUE(again.resumed);
    const auto second = finish(std::move(again), 2);
    EXPECT_NE(first, second);
    EXPECT_EQ(rows(), 2);
    EXPECT_EQ(number_of("SELECT count(*) FROM cardresolver_rows WHERE run_id = '" + first + "'"), 0);
    EXPECT_EQ(runs(), 1);
}

TEST_F(table_opening_test, of_a_stream_the_finished_twin_is_found_out_in_the_end) {
    settings_.input.path = "-";
    const auto read = [](run_opening& run, std::uint32_t crc) {
        progress_note note;
        note.consumed = {10, crc};
        run.outputs.progress->take(std::move(note));
    };
    for (const std::uint32_t crc : {1U, 2U}) {
        auto run = open_run(settings_);
        EXPECT_FALSE(run.resumed);
        read(run, crc);
        finish(std::move(run));
    }
    settings_.output.force = true;
    auto run = open_run(settings_);
    read(run, 2);
    finish(std::move(run));
    EXPECT_EQ(runs(), 2) << "one of each list";
    EXPECT_EQ(rows(), 2);
}

TEST_F(table_opening_test, restart_drops_the_unfinished_run_alone) {
    finish(open_run(settings_));
    settings_.output.force = true;
    const auto unfinished = leave_unfinished();
    settings_.restart = true;
    const auto run = open_run(settings_);
    EXPECT_FALSE(run.resumed);
    EXPECT_NE(run.run_id, unfinished);
    EXPECT_EQ(runs(), 2);
    EXPECT_EQ(rows(), 1);
}

TEST_F(table_opening_test, DK6_damaged_progress_is_refused_unless_it_is_dropped) {
    leave_unfinished();
    sqlite_connection(path_, sqlite_connection::opening::existing)
        .execute("UPDATE cardresolver_runs SET progress = '{'");
    EXPECT_NE(why_not().find("--restart"), std::string::npos);
    settings_.restart = true;
    EXPECT_FALSE(open_run(settings_).resumed);
    EXPECT_EQ(runs(), 1);
}

TEST_F(table_opening_test, DK9_a_second_run_of_the_same_list_is_refused) {
    const auto run = open_run(settings_);
    EXPECT_NE(why_not().find("another run of the same list"), std::string::npos);
    folder_.write("list.txt", "898602B2221430000008\n");
    EXPECT_NO_THROW(open_run(settings_));
}

TEST_F(table_opening_test, DB8_a_database_that_stays_locked_is_given_up) {
    leave_unfinished();
    sqlite_connection other(path_, sqlite_connection::opening::existing);
    other.execute("BEGIN IMMEDIATE");
    std::string told;
    settings_.on_wait = [&told](std::string_view why) { told = why; };
    EXPECT_NE(why_not().find("locked"), std::string::npos);
    EXPECT_NE(told.find("locked by another program"), std::string::npos) << told;
}

TEST_F(table_opening_test, what_cannot_begin_leaves_no_rows_behind) {
    settings_.failures = sink::output_settings{folder_.path_of("nowhere/failures.csv"), false};
    why_not();
    EXPECT_FALSE(std::filesystem::exists(path_)) << "not even a database";
    settings_.failures.reset();
    leave_unfinished();
    settings_.failures = sink::output_settings{folder_.path_of("nowhere/failures.csv"), false};
    why_not();
    EXPECT_EQ(rows(), 1) << "what was there stays";
}

TEST_F(table_opening_test, DK9_failures_of_another_unfinished_run_are_not_touched) {
    settings_.failures = sink::output_settings{folder_.path_of("failures.csv"), false};
    const auto part = folder_.path_of("failures.csv.partial");
    const auto list = settings_.input.path;
    for (const std::string& durable : {std::string("line,number\n"), std::string()}) {
        {
            auto run = open_run(settings_);
            write_row(run, 1);
            if (!durable.empty()) run.outputs.failures->write(durable);
            run.outputs.failures->sync();
            run.outputs.progress->save(run.outputs.rows->mark(), run.outputs.failures->mark());
        }
        for (const bool restart : {false, true}) {
            settings_.restart = restart;
            settings_.input.path = folder_.write("other.txt", "898602B2221430000009\n");
            EXPECT_NE(why_not().find("failures.csv.partial' belongs to an unfinished run"),
                      std::string::npos);
            EXPECT_EQ(std::filesystem::file_size(part), durable.size());
            EXPECT_EQ(runs(), 1) << "the refused run leaves nothing";
        }
        settings_.restart = false;
        settings_.input.path = list;
        EXPECT_TRUE(open_run(settings_).resumed);
        EXPECT_EQ(std::filesystem::file_size(part), durable.size());
        settings_.restart = true;
        auto run = open_run(settings_);
        EXPECT_FALSE(run.resumed);
        EXPECT_EQ(std::filesystem::file_size(part), 0U) << "the failures of a dropped run go with it";
        run.outputs.failures->discard();
        settings_.restart = false;
        settings_.output.target = "sqlite:" + (path_ = folder_.path_of("second.db"));
    }
}

TEST_F(table_opening_test, failures_that_come_late_do_not_empty_those_of_another_run) {
    leave_unfinished();
    settings_.failures = sink::output_settings{folder_.path_of("failures.csv"), false};
    folder_.write("failures.csv.partial", "line,number\n");
    EXPECT_NE(why_not().find("belongs to an unfinished run"), std::string::npos);
    std::filesystem::remove(folder_.path_of("failures.csv.partial"));
    EXPECT_TRUE(open_run(settings_).resumed);
}

TEST_F(table_opening_test, restart_keeps_the_rows_where_the_failures_are_refused) {
    settings_.failures = sink::output_settings{folder_.path_of("failures.csv"), false};
    const auto unfinished = leave_unfinished();
    std::filesystem::remove(folder_.path_of("failures.csv.partial"));
    settings_.restart = true;
    folder_.write("failures.csv", "line,number\n");
    EXPECT_NE(why_not().find("exists already"), std::string::npos);
    settings_.failures->target = folder_.path_of("nowhere/failures.csv");
    EXPECT_NE(why_not().find("no folder"), std::string::npos);
    EXPECT_EQ(rows(), 1);
    EXPECT_EQ(runs(), 1);
    settings_.restart = false;
    settings_.failures.reset();
    EXPECT_EQ(open_run(settings_).run_id, unfinished);
}

TEST_F(table_opening_test, a_run_that_cannot_begin_leaves_no_file_of_failures) {
    settings_.failures = sink::output_settings{folder_.path_of("failures.csv"), false};
    const auto busy = open_run(settings_);
    settings_.failures->target = folder_.path_of("others.csv");
    EXPECT_NE(why_not().find("another run of the same list"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(folder_.path_of("others.csv.partial")));
}

TEST_F(table_opening_test, DK6_failures_that_were_emptied_are_refused_and_stay) {
    settings_.failures = sink::output_settings{folder_.path_of("failures.csv"), false};
    {
        auto run = open_run(settings_);
        write_row(run, 1);
        run.outputs.failures->write("line,number\n");
        run.outputs.failures->sync();
        run.outputs.progress->save(run.outputs.rows->mark(), run.outputs.failures->mark());
    }
    const auto part = folder_.path_of("failures.csv.partial");
    std::filesystem::resize_file(part, 0);
    EXPECT_NE(why_not().find("has 0 bytes, but 12 were written"), std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(part));
    EXPECT_EQ(rows(), 1);
}

/// Cut off between the last rows and the renaming of the failures, and behind that.
TEST_F(table_opening_test, PR1_a_run_that_was_cut_off_while_it_finished) {
    settings_.failures = sink::output_settings{folder_.path_of("failures.csv"), false};
    {
        auto run = open_run(settings_);
        write_row(run, 1);
        run.outputs.failures->sync();
        run.outputs.progress->save(run.outputs.rows->mark(), run.outputs.failures->mark(), true);
    }
    {
        auto run = open_run(settings_);
        ASSERT_TRUE(run.resumed);
        ASSERT_NE(run.outputs.failures, nullptr);
        run.outputs.failures->commit();
    }
    auto run = open_run(settings_);
    ASSERT_TRUE(run.resumed);
    EXPECT_EQ(run.outputs.failures, nullptr) << "they have their name";
    run.outputs.progress->save(run.outputs.rows->mark(), {}, true);
    run.outputs.progress->finish();
    EXPECT_EQ(number_of("SELECT count(*) FROM cardresolver_runs WHERE finished_at IS NOT NULL"), 1);
}

TEST_F(table_opening_test, a_query_of_the_same_database_needs_a_write_ahead_log) {
    sqlite_connection(path_, sqlite_connection::opening::create).execute("CREATE TABLE cards (iccid TEXT)");
    settings_.input.path = "sqlite:" + path_ + "?query=SELECT iccid FROM cards ORDER BY iccid";
    EXPECT_NE(why_not().find("PRAGMA journal_mode = WAL"), std::string::npos);
    sqlite_connection(path_, sqlite_connection::opening::existing).execute("PRAGMA journal_mode = WAL");
    EXPECT_NO_THROW(open_run(settings_));
}

TEST_F(table_opening_test, lists_are_told_apart_at_first_sight) {
    EXPECT_EQ(describe_list(settings_).substr(0, 13), "file size=42 ");
    settings_.input.path = "-";
    EXPECT_EQ(describe_list(settings_), "stream");
    settings_.input.path = "sqlite:cards.db?query=SELECT%201";
    EXPECT_EQ(describe_list(settings_), "query SELECT 1");
}

}  // namespace
}  // namespace cardresolver::run
