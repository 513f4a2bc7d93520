#include "app/whole_file.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace cardresolver::app {
namespace {

TEST(whole_file, replaces_what_was_there_and_leaves_nothing_behind) {
    const support::temporary_folder folder;
    const auto path = folder.write("summary.json", "a longer text that was there before");
    EXPECT_FALSE(why_not_writable(path));
    EXPECT_EQ(write_whole_file(path, "{}\n"), std::nullopt);
    EXPECT_EQ(support::temporary_folder::read(path), "{}\n");
    const std::filesystem::directory_iterator files(std::filesystem::path(path).parent_path());
    EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST(whole_file, writes_devices_as_they_are) {
    EXPECT_FALSE(why_not_writable("/dev/null"));
    EXPECT_EQ(write_whole_file("/dev/null", "x"), std::nullopt);
    EXPECT_NE(write_whole_file("/dev/full", "x"), std::nullopt);
}

TEST(whole_file, says_why_it_cannot) {
    const support::temporary_folder folder;
    EXPECT_TRUE(why_not_writable(folder.path_of("absent/summary.json")));
    EXPECT_TRUE(why_not_writable(folder.path_of(".")));
    EXPECT_TRUE(write_whole_file(folder.path_of("absent/summary.json"), "x"));
}

}  // namespace
}  // namespace cardresolver::app
