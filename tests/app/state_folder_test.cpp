#include "app/state_folder.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace cardresolver::app {
namespace {

struct state_case {
    std::string name;
    std::string given;
    std::string state_directory;
    std::string xdg_state_home;
    std::string home;
    bool is_system_folder_writable;
    std::string chosen;  ///< empty: an error
};

class choose_state_folder_table : public testing::TestWithParam<state_case> {};

TEST_P(choose_state_folder_table, takes_the_first_that_is_there) {
    const auto& one = GetParam();
    const state_surroundings around{one.state_directory, one.xdg_state_home, one.home,
                                    [&one](const std::string& folder) {
                                        return folder == "/var/lib/cardresolver" &&
                                               one.is_system_folder_writable;
                                    },
                                    [](const std::string& folder) { return folder != "/closed"; }};
    const auto folder = choose_state_folder(one.given, around);
    EXPECT_EQ(folder.path, one.chosen);
    EXPECT_EQ(folder.error.empty(), !one.chosen.empty());
    if (!one.chosen.empty()) return;
    EXPECT_NE(folder.error.find("--state-dir"), std::string::npos) << folder.error;
    const bool is_closed = one.name.ends_with("closed");
    EXPECT_EQ(folder.error.find("'/closed'") != std::string::npos, is_closed) << folder.error;
}

INSTANTIATE_TEST_SUITE_P(
    table, choose_state_folder_table,
    testing::Values(state_case{"given", "here", "/s", "/x", "/h", true, "here"},
                    state_case{"systemd", "", "/s", "/x", "/h", true, "/s"},
                    state_case{"systemd_has_several", "", "/s:/t", "/x", "/h", true, "/s"},
                    state_case{"the_systems", "", "", "/x", "/h", true, "/var/lib/cardresolver"},
                    state_case{"xdg", "", "", "/x", "/h", false, "/x/cardresolver"},
                    state_case{"xdg_relative", "", "", "x", "/h", false, "/h/.local/state/cardresolver"},
                    state_case{"home", "", "", "", "/h", false, "/h/.local/state/cardresolver"},
                    state_case{"nothing", "", "", "", "", false, ""},
                    state_case{"given_but_closed", "/closed", "/s", "/x", "/h", true, ""},
                    state_case{"systemd_but_closed", "", "/closed", "/x", "/h", true, ""}),
    [](const testing::TestParamInfo<state_case>& one) { return one.param.name; });

TEST(find_state_surroundings, looks_at_real_folders) {
    const auto around = find_state_surroundings();
    const support::temporary_folder folder;
    EXPECT_TRUE(around.is_writable(folder.path_of("")));
    EXPECT_FALSE(around.is_writable(folder.path_of("a")));
    EXPECT_TRUE(around.can_be_made(folder.path_of("a/b/c")));
    const auto file = folder.write("file", "");
    EXPECT_FALSE(around.is_writable(file));
    EXPECT_FALSE(around.can_be_made(file));
    EXPECT_FALSE(around.can_be_made(file + "/below"));
    if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    const auto closed = folder.path_of("closed");
    std::filesystem::create_directory(closed);
    std::filesystem::permissions(closed, std::filesystem::perms(0500));
    EXPECT_FALSE(around.is_writable(closed));
    EXPECT_FALSE(around.can_be_made(closed + "/below"));
}

}  // namespace
}  // namespace cardresolver::app
