#include "run/checkpoint_file.hpp"

#include "database/sqlite.hpp"
#include "run/checkpoint_comparison.hpp"
#include "run/checkpoint_text.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace cardresolver::run {
namespace {

using error_kind = sink::output_error::error_kind;

checkpoint example() {
    checkpoint state;
    state.run_id = "0123";
    state.settings = "kind=auto\n";
    state.input = source::input_identity{UINT64_MAX >> 1U, 0xFFFFFFFF, 7, 8, -9};
    state.position = {10, 11, {12, 0xFFFFFFFE}, source::input_encoding::gb18030};
    state.consumed = {13, 0xFFFFFFFD};
    state.newest_line = 40;
    state.open = {{12, 12}, {14, 40}};
    state.rows = {1000, 0x80000000};
    state.failures = sink::output_mark{5, 6};
    state.is_complete = true;
    state.history = "{}";
    return state;
}

class checkpoint_file_test : public testing::Test {
protected:
    /// What opening and loading complains of.
    sink::output_error error_of_loading() const {
        try {
            checkpoint_file(path_).load();
        } catch (const sink::output_error& error) {
            return error;
        }
        ADD_FAILURE() << "no error";
        return {error_kind::io, ""};
    }

    support::temporary_folder folder_;
    std::string path_ = folder_.path_of("out.csv.checkpoint");
};

TEST_F(checkpoint_file_test, what_was_saved_last_comes_back) {
    checkpoint_file(path_).save(example());
    expect_same(checkpoint_file(path_).load().value(), example());
    auto later = example();
    later.input.reset();
    later.position.encoding.reset();
    later.failures.reset();
    later.open.clear();
    later.is_complete = false;
    later.rows.bytes = 2000;
    {
        checkpoint_file store(path_);
        store.save(example());
        store.save(later);
    }
    expect_same(checkpoint_file(path_).load().value(), later);
}

TEST_F(checkpoint_file_test, nothing_was_saved_yet) {
    EXPECT_FALSE(checkpoint_file(path_).load());
    EXPECT_FALSE(checkpoint_file(path_).load()) << "nor by having looked";
}

TEST_F(checkpoint_file_test, is_removed_with_all_that_belongs_to_it) {
    checkpoint_file store(path_);
    store.save(example());
    store.finish();
    EXPECT_TRUE(std::filesystem::is_empty(std::filesystem::path(path_).parent_path()));
    remove_checkpoint(path_);
    EXPECT_TRUE(std::filesystem::is_empty(std::filesystem::path(path_).parent_path())) << "twice is no error";
}

TEST_F(checkpoint_file_test, a_folder_that_is_not_there_is_no_place_for_it) {
    path_ = folder_.path_of("nowhere/out.csv.checkpoint");
    EXPECT_EQ(error_of_loading().kind, error_kind::cannot_create);
}

TEST_F(checkpoint_file_test, DK6_what_is_no_checkpoint_is_refused) {
    folder_.write("out.csv.checkpoint", std::string(10'000, 'x'));
    EXPECT_EQ(error_of_loading().kind, error_kind::damaged);
    EXPECT_EQ(std::filesystem::file_size(path_), 10'000U) << "and left alone";
}

TEST_F(checkpoint_file_test, DK6_another_program_s_database_is_refused) {
    database::sqlite_connection(path_, database::sqlite_connection::opening::create)
        .execute("CREATE TABLE checkpoint (n INTEGER)");
    EXPECT_EQ(error_of_loading().kind, error_kind::damaged);
}

TEST_F(checkpoint_file_test, DK6_open_lines_that_make_no_sense_are_refused) {
    auto state = example();
    state.newest_line = 39;
    checkpoint_file(path_).save(state);
    const auto error = error_of_loading();
    EXPECT_EQ(error.kind, error_kind::damaged);
    EXPECT_NE(std::string_view(error.what()).find("--restart"), std::string_view::npos) << error.what();
}

TEST_F(checkpoint_file_test, DK6_a_number_that_was_changed_is_refused) {
    checkpoint_file(path_).save(example());
    database::sqlite_connection(path_, database::sqlite_connection::opening::existing)
        .execute(
            "UPDATE checkpoint SET progress = replace(progress, '\"newest_line\":40', '\"newest_line\":41')");
    EXPECT_EQ(error_of_loading().kind, error_kind::damaged);
}

/// A flipped byte in a page that holds our row must not send the run elsewhere.
TEST_F(checkpoint_file_test, DK6_with_any_damage_it_loads_as_it_was_or_is_refused) {
    checkpoint_file(path_).save(example());
    const auto intact = support::temporary_folder::read(path_);
    for (std::size_t at = 0; at < intact.size(); at += 7) {
        auto damaged = intact;
        damaged[at] = static_cast<char>(~damaged[at]);
        std::ofstream(path_, std::ios::binary) << damaged;
        try {
            const auto state = checkpoint_file(path_).load();
            // Its run_id and settings are compared with others by who goes on.
            if (!state) continue;
            EXPECT_EQ(write_checkpoint(*state), write_checkpoint(example()));
        } catch (const sink::output_error&) {
            continue;
        }
    }
}

}  // namespace
}  // namespace cardresolver::run
