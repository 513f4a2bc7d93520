#include "run/notices.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;

class notices_test : public testing::Test {
protected:
    notices_test() {
        settings_.on_wait = [this](std::string_view why) { told_.emplace_back(why); };
        settings_.on_outage = [this](std::string_view why) { told_.emplace_back(why); };
        settings_.on_clock_behind = [this](std::chrono::seconds s) {
            told_.push_back(std::to_string(s.count()));
        };
    }

    settings settings_;
    notices notices_{settings_};
    std::vector<std::string> told_;
};

TEST_F(notices_test, each_wait_is_told_once) {
    for (const auto* why : {"", "a", "a", "b", "", "", "c", ""})
        notices_.on_wait(why);
    EXPECT_EQ(told_, (std::vector<std::string>{"a", "c"}));
}

TEST_F(notices_test, each_outage_is_told_once_and_not_more_than_one_in_a_minute) {
    using dispatch::time_point;
    notices_.on_outage("a", time_point(1h));
    notices_.on_outage("b", time_point(2h));
    notices_.on_outage("", {});
    notices_.on_outage("c", time_point(3h));
    notices_.on_outage("", {});
    notices_.on_outage("d", time_point(3h + 59s));
    notices_.on_outage("e", time_point(3h + 60s));
    notices_.on_outage("f", time_point(4h));
    EXPECT_EQ(told_, (std::vector<std::string>{"a", "", "c", "", "e"}));
}

TEST_F(notices_test, the_clock_is_told_once_in_a_run) {
    for (const auto behind : {0s, 4s, 5s, 0s, 60s})
        notices_.on_clock_behind(behind);
    EXPECT_EQ(told_, std::vector<std::string>{"5"});
}

TEST_F(notices_test, nobody_needs_to_listen) {
    settings_ = {};
    notices_.on_wait("a");
    notices_.on_outage("a", {});
    notices_.on_clock_behind(5s);
    EXPECT_TRUE(told_.empty());
}

}  // namespace
}  // namespace cardresolver::run
