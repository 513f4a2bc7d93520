#include "app/options/environment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace cardresolver::app {
namespace {

TEST(environment, an_empty_variable_is_none) {
    ::setenv("CARDRESOLVER_TEST_EMPTY", "", 1);
    EXPECT_FALSE(read_variable("CARDRESOLVER_TEST_EMPTY"));
    EXPECT_FALSE(read_variable("CARDRESOLVER_TEST_ABSENT"));
    ::unsetenv("CARDRESOLVER_TEST_EMPTY");
}

/// What the kernel shows of this process to its owner.
std::string kernels_view() {
    std::ostringstream out;
    out << std::ifstream("/proc/self/environ").rdbuf();
    return out.str();
}

// The kernel shows the environment that a process was started with: so the test starts itself again, with the
// variable in place, and the child looks.
TEST(environment, SE1_taking_hides_the_value_from_the_kernels_view) {
    constexpr auto variable = "CARDRESOLVER_TEST_SECRET";
    constexpr auto canary = "canary-8c1f";
    if (std::getenv(variable) != nullptr) {
        ASSERT_NE(kernels_view().find(canary), std::string::npos);
        EXPECT_EQ(take_variable(variable), canary);
        EXPECT_EQ(kernels_view().find(canary), std::string::npos);
        EXPECT_EQ(std::getenv(variable), nullptr);
        EXPECT_FALSE(take_variable(variable));
        return;
    }
    std::vector<std::string> words{"app_test", "--gtest_filter=environment.SE1_*"};
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::setenv(variable, canary, 1);
    pid_t child = -1;
    ASSERT_EQ(::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ), 0);
    ::unsetenv(variable);
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(environment, lists_by_prefix) {
    ::setenv("CARDRESOLVER_TEST_LISTED", "1", 1);
    const auto names = variables_with_prefix("CARDRESOLVER_TEST_");
    EXPECT_NE(std::find(names.begin(), names.end(), "CARDRESOLVER_TEST_LISTED"), names.end());
    ::unsetenv("CARDRESOLVER_TEST_LISTED");
}

}  // namespace
}  // namespace cardresolver::app
