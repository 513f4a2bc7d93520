#include "run/pause_trial.hpp"

#include <gtest/gtest.h>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;

/// Samples that take so long in either way.
class pause_trial_test : public testing::Test {
protected:
    void take_samples(int count, dispatch::duration when_long, dispatch::duration when_short) {
        for (int i = 0; i < count; ++i) {
            long_samples_ += trial_.is_long() ? 1 : 0;
            trial_.on_replies(trial_.is_long() ? when_long : when_short);
        }
    }

    pause_trial trial_;
    int long_samples_ = 0;
};

TEST_F(pause_trial_test, begins_with_long_pauses_and_tries_short_ones_in_one_of_eight_windows) {
    take_samples(640, 6400us, 6400us);
    EXPECT_EQ(long_samples_, 560);
}

TEST_F(pause_trial_test, takes_short_pauses_where_long_ones_cost_replies_and_tries_long_ones_now_and_then) {
    take_samples(128, 7000us, 6400us);
    long_samples_ = 0;
    take_samples(640, 7000us, 6400us);
    EXPECT_EQ(long_samples_, 80);
}

TEST_F(pause_trial_test, goes_back_to_long_pauses_once_they_cost_nothing) {
    take_samples(640, 7000us, 6400us);
    take_samples(640, 6400us, 6400us);
    long_samples_ = 0;
    take_samples(640, 6400us, 6400us);
    EXPECT_EQ(long_samples_, 560);
}

TEST_F(pause_trial_test, bears_what_is_hardly_a_loss) {
    take_samples(640, 6528us, 6400us);
    EXPECT_EQ(long_samples_, 560);
}

TEST_F(pause_trial_test, is_not_misled_by_what_changes_for_both) {
    for (int i = 0; i < 640; ++i)
        take_samples(1, 6400us + 10us * i, 6400us + 10us * i);
    EXPECT_EQ(long_samples_, 560);
}

/// The list had no more lines for a minute, or the carrier was away.
TEST_F(pause_trial_test, is_not_decided_by_one_that_was_held_up) {
    take_samples(64, 6400us, 6400us);
    take_samples(1, 1min, 1min);
    take_samples(63, 6400us, 6400us);
    long_samples_ = 0;
    take_samples(640, 6400us, 6400us);
    EXPECT_EQ(long_samples_, 560);
}

TEST_F(pause_trial_test, bears_samples_that_took_no_time) {
    take_samples(640, 0us, 0us);
    EXPECT_EQ(long_samples_, 560);
}

}  // namespace
}  // namespace cardresolver::run
