#include "run/pause_trial.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;

/// Samples that take so long in either way. 64 of them are a cycle, with one trial.
class pause_trial_test : public testing::Test {
protected:
    void take_samples(int count, dispatch::duration when_long, dispatch::duration when_short) {
        for (int i = 0; i < count; ++i) {
            long_samples_ += trial_.is_long() ? 1 : 0;
            trial_.on_sample(trial_.is_long() ? when_long : when_short);
        }
    }

    pause_trial trial_;
    int long_samples_ = 0;
};

TEST_F(pause_trial_test, begins_with_long_pauses_and_tries_short_ones_in_one_of_eight_windows) {
    take_samples(640, 6400us, 6400us);
    EXPECT_EQ(long_samples_, 560);
}

TEST_F(pause_trial_test, takes_short_pauses_where_long_ones_cost_a_tenth_and_tries_long_ones_now_and_then) {
    take_samples(64, 7040us, 6400us);
    long_samples_ = 0;
    take_samples(640, 7040us, 6400us);
    EXPECT_EQ(long_samples_, 80);
}

TEST_F(pause_trial_test, is_not_decided_by_a_first_trial_that_shows_less) {
    take_samples(64, 6720us, 6400us);
    long_samples_ = 0;
    take_samples(640, 6400us, 6400us);
    EXPECT_EQ(long_samples_, 560);
}

TEST_F(pause_trial_test, goes_back_to_long_pauses_once_they_cost_nothing) {
    take_samples(1'280, 7040us, 6400us);
    take_samples(1'280, 6400us, 6400us);
    long_samples_ = 0;
    take_samples(640, 6400us, 6400us);
    EXPECT_EQ(long_samples_, 560);
}

TEST_F(pause_trial_test, bears_what_is_hardly_a_loss) {
    take_samples(1'280, 6560us, 6400us);
    EXPECT_EQ(long_samples_, 1'120);
}

TEST_F(pause_trial_test, is_not_misled_by_what_changes_for_both) {
    for (const double change : {1.006, 1 / 1.006}) {
        trial_ = {};
        long_samples_ = 0;
        auto took = std::chrono::duration<double>(change < 1 ? 1.0 : 0.001);
        for (int i = 0; i < 640; ++i, took *= change) {
            const auto both = std::chrono::duration_cast<dispatch::duration>(took);
            take_samples(1, both, both);
        }
        EXPECT_EQ(long_samples_, 560) << change;
    }
}

TEST_F(pause_trial_test, does_not_compare_the_first_window_which_opens_connections) {
    take_samples(8, 1s, 1s);
    take_samples(56, 6400us, 6400us);
    long_samples_ = 0;
    take_samples(640, 6400us, 6400us);
    EXPECT_EQ(long_samples_, 560);
}

/// The list had no more lines for a minute, or the carrier was away: in any window of a trial, in either way.
TEST_F(pause_trial_test, is_not_decided_by_one_that_was_held_up) {
    for (const auto when_long : {6400us, 7040us}) {
        for (int begin_of_window = 0; begin_of_window < 64; begin_of_window += 8) {
            trial_ = {};
            take_samples(1'280 + begin_of_window, when_long, 6400us);
            take_samples(1, 1min, 1min);
            take_samples(127 - begin_of_window, when_long, 6400us);
            long_samples_ = 0;
            take_samples(640, when_long, 6400us);
            EXPECT_EQ(long_samples_, when_long == 6400us ? 560 : 80) << begin_of_window;
        }
    }
}

/// A carrier that pauses for breath after so many requests: as long as a third of a window, in any of them.
TEST_F(pause_trial_test, is_not_misled_by_what_comes_round) {
    constexpr int window = 8;
    constexpr int samples = 64'000;
    for (const int round : {2 * window, 4 * window, 8 * window, 16 * window}) {
        for (int held_up = 0; held_up < round; held_up += window) {
            for (const auto when_long : {6400us, 7040us}) {
                trial_ = {};
                long_samples_ = 0;
                for (int i = 0; i < samples; ++i) {
                    const auto breath = i % round == held_up ? 17ms : 0ms;
                    take_samples(1, when_long + breath, 6400us + breath);
                }
                EXPECT_EQ(long_samples_ > samples / 2, when_long == 6400us)
                    << long_samples_ << " of " << samples << ", held up in " << held_up << " of " << round;
            }
        }
    }
}

TEST_F(pause_trial_test, bears_samples_that_took_no_time) {
    take_samples(640, 0us, 0us);
    EXPECT_EQ(long_samples_, 560);
}

}  // namespace
}  // namespace cardresolver::run
