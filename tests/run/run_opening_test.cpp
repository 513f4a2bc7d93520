#include "run/run_opening.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace cardresolver::run {
namespace {

using error_kind = sink::output_error::error_kind;
namespace fs = std::filesystem;

class run_opening_test : public testing::Test {
protected:
    run_opening_test() {
        settings_.input.path = folder_.write("list.txt", "898602B2221430000006\n");
        settings_.output.target = out_;
        settings_.row_settings = "kind=auto\norder=completion\n";
    }

    /// A run that was stopped after ten bytes of rows.
    void leave_unfinished() {
        auto run = open_run(settings_);
        run.outputs.rows->write("0123456789");
        if (run.outputs.failures) run.outputs.failures->write("abc");
        save(run, false);
    }
    static void save(run_opening& run, bool is_complete) {
        run.outputs.rows->sync();
        std::optional<sink::output_mark> failures;
        if (run.outputs.failures) {
            run.outputs.failures->sync();
            failures = run.outputs.failures->mark();
        }
        run.outputs.progress->save(run.outputs.rows->mark(), failures, is_complete);
    }
    template <class Error>
    std::string why_not() {
        try {
            open_run(settings_);
        } catch (const Error& error) {
            return error.what();
        }
        ADD_FAILURE() << "no error";
        return {};
    }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(fs::path(out_).parent_path()))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        return names;
    }

    support::temporary_folder folder_;
    std::string out_ = folder_.path_of("out.csv");
    settings settings_;
};

TEST_F(run_opening_test, an_unfinished_run_goes_on) {
    leave_unfinished();
    const auto run = open_run(settings_);
    ASSERT_TRUE(run.resumed);
    EXPECT_EQ(run.resumed->run_id, run.run_id);
    EXPECT_EQ(run.outputs.rows->bytes(), 10U);
    EXPECT_FALSE(run.replaced_partial);
}

TEST_F(run_opening_test, rows_without_a_checkpoint_are_replaced) {
    folder_.write("out.csv.partial", "rows");
    const auto run = open_run(settings_);
    EXPECT_FALSE(run.resumed);
    EXPECT_TRUE(run.replaced_partial);
    EXPECT_EQ(fs::file_size(out_ + ".partial"), 0U);
}

TEST_F(run_opening_test, restart_drops_it_even_if_the_checkpoint_is_damaged) {
    leave_unfinished();
    folder_.write("out.csv.checkpoint", "x");
    settings_.restart = true;
    const auto run = open_run(settings_);
    EXPECT_FALSE(run.resumed);
    EXPECT_EQ(fs::file_size(out_ + ".partial"), 0U);
}

TEST_F(run_opening_test, other_settings_are_refused_and_named) {
    leave_unfinished();
    settings_.row_settings = "kind=iccid\norder=completion\n";
    const auto why = why_not<settings_changed>();
    EXPECT_NE(why.find("--kind was 'auto' and is 'iccid'"), std::string::npos) << why;
    EXPECT_EQ(fs::file_size(out_ + ".partial"), 10U) << "and the rows are left alone";
}

TEST_F(run_opening_test, IN6_a_list_of_another_size_is_refused) {
    leave_unfinished();
    folder_.write("list.txt", "898602B2221430000006\n898602B2221430000007\n");
    const auto why = why_not<source::input_error>();
    EXPECT_NE(why.find("changed its size from 21 to 42 bytes"), std::string::npos) << why;
}

TEST_F(run_opening_test, IN6_a_list_with_other_content_is_refused) {
    leave_unfinished();
    folder_.write("list.txt", "898602B2221430000007\n");
    const auto why = why_not<source::input_error>();
    EXPECT_NE(why.find("has been changed"), std::string::npos) << why;
}

TEST_F(run_opening_test, IN6_a_list_that_was_copied_or_touched_is_the_same) {
    leave_unfinished();
    fs::copy_file(settings_.input.path, folder_.path_of("copy.txt"));
    fs::rename(folder_.path_of("copy.txt"), settings_.input.path);
    fs::last_write_time(settings_.input.path, fs::file_time_type::clock::now() + std::chrono::hours(1));
    EXPECT_TRUE(open_run(settings_).resumed);
}

TEST_F(run_opening_test, IN6_a_list_that_has_become_a_stream_is_refused) {
    leave_unfinished();
    settings_.input.path = "-";
    const auto why = why_not<source::input_error>();
    EXPECT_NE(why.find("stream"), std::string::npos) << why;
}

TEST_F(run_opening_test, DK9_a_second_run_on_the_same_output_is_refused) {
    const auto run = open_run(settings_);
    EXPECT_NE(why_not<sink::output_error>().find("another run"), std::string::npos);
}

TEST_F(run_opening_test, what_cannot_begin_leaves_nothing_behind) {
    settings_.failures = sink::output_settings{folder_.path_of("nowhere/failures.csv"), false};
    why_not<sink::output_error>();
    EXPECT_EQ(files(), std::vector<std::string>{"list.txt"});
}

TEST_F(run_opening_test, what_cannot_go_on_leaves_all_as_it_was) {
    leave_unfinished();
    const auto before = files();
    settings_.failures = sink::output_settings{folder_.path_of("nowhere/failures.csv"), false};
    why_not<sink::output_error>();
    EXPECT_EQ(files(), before);
    EXPECT_EQ(fs::file_size(out_ + ".partial"), 10U);
}

TEST_F(run_opening_test, a_refusal_takes_nothing_from_compressed_rows) {
    for (const auto* ending : {".gz", ".zst"}) {
        settings_.output.target = out_ + ending;
        leave_unfinished();
        const auto before = files();
        const auto kind = std::exchange(settings_.row_settings, "kind=iccid\norder=completion\n");
        why_not<settings_changed>();
        settings_.row_settings = kind;
        EXPECT_EQ(files(), before);
        EXPECT_GT(fs::file_size(out_ + ending + ".partial"), 0U);
    }
}

TEST_F(run_opening_test, DK6_what_was_emptied_is_refused_and_stays) {
    settings_.failures = sink::output_settings{folder_.path_of("failures.csv"), false};
    leave_unfinished();
    const auto before = files();
    const auto rows = out_ + ".partial";
    const auto failures = folder_.path_of("failures.csv.partial");
    fs::resize_file(failures, 0);
    EXPECT_NE(why_not<sink::output_error>().find("has 0 bytes, but 3 were written"), std::string::npos);
    EXPECT_EQ(files(), before);
    EXPECT_EQ(fs::file_size(rows), 10U);
    fs::resize_file(rows, 0);
    EXPECT_NE(why_not<sink::output_error>().find("has 0 bytes, but 10 were written"), std::string::npos);
    EXPECT_EQ(files(), before);
}

/// The renamings and the removal of the checkpoint at the end: a process may be cut off after each.
TEST_F(run_opening_test, PR1_a_run_that_was_cut_off_while_it_finished) {
    settings_.failures = sink::output_settings{folder_.path_of("failures.csv"), false};
    leave_unfinished();
    {
        auto run = open_run(settings_);
        save(run, true);
        run.outputs.failures->commit();
    }
    {
        auto run = open_run(settings_);
        ASSERT_TRUE(run.resumed) << "the failures have their name, the rows do not";
        EXPECT_EQ(run.outputs.failures, nullptr);
        run.outputs.rows->commit();
    }
    EXPECT_NE(why_not<sink::output_error>().find("exists already"), std::string::npos)
        << "both have their names";
    settings_.output.force = true;
    settings_.failures->force = true;
    const auto run = open_run(settings_);
    EXPECT_FALSE(run.resumed) << "the checkpoint that was left is one of a finished run";
}

TEST_F(run_opening_test, streams_keep_no_progress) {
    settings_.output.target = "/dev/null";
    const auto run = open_run(settings_);
    EXPECT_EQ(run.outputs.progress, nullptr);
    EXPECT_EQ(run.run_id.size(), 32U);
    EXPECT_EQ(files(), std::vector<std::string>{"list.txt"});
}

TEST(describe_difference, names_each_setting) {
    EXPECT_EQ(describe_difference("a=1\nb=2\n", "a=1\nb=2\n"), "");
    EXPECT_EQ(describe_difference("a=1\nb=2\n", "a=3\nc=x=y\n"),
              "--a was '1' and is '3', --b was '2' and is '', --c was '' and is 'x=y'");
}

}  // namespace
}  // namespace cardresolver::run
