#include "dispatch/carrier_health.hpp"

#include <gtest/gtest.h>

namespace cardresolver::dispatch {
namespace {

using namespace std::chrono_literals;

class carrier_health_test : public testing::Test {
protected:
    bool may_send(std::size_t in_flight) { return health_.may_send_at(now_, in_flight) <= now_; }

    random_source random_{7};
    carrier_health health_{random_};
    time_point now_{1h};
};

TEST_F(carrier_health_test, sends_one_request_at_a_time_until_the_first_answer) {
    EXPECT_TRUE(may_send(0));
    EXPECT_EQ(health_.may_send_at(now_, 1), never);
    EXPECT_EQ(health_.may_open_at(now_, 1, 0), never);
    EXPECT_EQ(health_.may_open_at(now_, 0, 1), never);
    health_.on_answer(now_);
    EXPECT_TRUE(may_send(100));
    EXPECT_EQ(health_.may_open_at(now_, 5, 5), now_);
}

TEST_F(carrier_health_test, AP9_has_the_account_refused_by_its_second_word_only) {
    health_.on_answer(now_);
    const auto before = now_;
    now_ += 1s;
    EXPECT_FALSE(health_.on_account_refusal(before, now_));
    EXPECT_FALSE(health_.on_account_refusal(before, now_))
        << "it was in flight before the first refusal came";
    EXPECT_EQ(health_.may_send_at(now_, 1), never);
    const auto second_try = now_ + 1s;
    EXPECT_TRUE(health_.on_account_refusal(second_try, second_try));
}

TEST_F(carrier_health_test, AP9_forgives_a_single_account_refusal) {
    health_.on_account_refusal(now_, now_);
    now_ += 1s;
    health_.on_answer(now_);
    EXPECT_TRUE(may_send(3));
    EXPECT_FALSE(health_.on_account_refusal(now_, now_));
}

TEST_F(carrier_health_test, goes_down_after_twenty_failures_and_probes_at_growing_intervals) {
    health_.on_answer(now_);
    for (int i = 0; i < 19; ++i)
        health_.on_failure(now_);
    EXPECT_FALSE(health_.is_down());
    EXPECT_TRUE(may_send(3));
    health_.on_failure(now_);
    EXPECT_TRUE(health_.is_down());
    EXPECT_FALSE(may_send(0));
    auto last = now_;
    for (int i = 0; i < 30; ++i) {
        now_ = health_.may_send_at(now_, 0);
        EXPECT_LE(now_ - last, 5s);
        EXPECT_GE(now_ - last, 125ms);
        EXPECT_EQ(health_.may_send_at(now_, 1), never);
        last = now_;
        health_.on_failure(now_);
    }
    now_ += 10s;
    health_.on_answer(now_);
    EXPECT_FALSE(health_.is_down());
    EXPECT_TRUE(may_send(31));
}

TEST_F(carrier_health_test, RL1_honours_retry_after_for_the_whole_account_within_bounds) {
    health_.on_answer(now_);
    health_.on_throttled(now_, now_, 5s, 1);
    EXPECT_GE(health_.may_send_at(now_, 0), now_ + 5s);
    now_ += 10s;
    health_.on_throttled(now_, now_, 24h, 1);
    EXPECT_LE(health_.may_send_at(now_, 0), now_ + 15min);
}

TEST_F(carrier_health_test, RL2_waits_longer_only_for_what_was_sent_after_the_last_hold) {
    health_.on_answer(now_);
    for (int i = 0; i < 30; ++i)
        health_.on_throttled(now_, now_, std::nullopt, 1);
    const auto held_until = health_.held_until();
    EXPECT_LE(held_until, now_ + 500ms) << "thirty replies of one moment are one event";
    EXPECT_GE(held_until, now_ + 250ms);
    for (int i = 0; i < 20; ++i) {
        now_ = health_.held_until();
        health_.on_throttled(now_, now_, std::nullopt, 1);
    }
    EXPECT_LE(health_.held_until(), now_ + 2min);
    EXPECT_GE(health_.held_until(), now_ + 1min) << "RL3: one probe a minute";
}

TEST_F(carrier_health_test, RL2_comes_back_with_half_as_much_and_grows_by_answers) {
    health_.on_answer(now_);
    EXPECT_TRUE(may_send(500));
    health_.on_throttled(now_, now_, std::nullopt, 32);
    for (int i = 0; i < 31; ++i)
        health_.on_throttled(now_, now_, std::nullopt, 31);
    now_ = health_.held_until();
    EXPECT_TRUE(may_send(15));
    EXPECT_FALSE(may_send(16));
    for (unsigned before = 16; before > 1; before /= 2) {
        health_.on_throttled(now_, now_, std::nullopt, before);
        now_ = health_.held_until();
    }
    EXPECT_TRUE(may_send(0));
    EXPECT_FALSE(may_send(1)) << "one probe at a time";
    health_.on_answer(now_);
    EXPECT_TRUE(may_send(2));
    EXPECT_FALSE(may_send(3));
    for (int i = 0; i < 500; ++i)
        health_.on_answer(now_);
    EXPECT_TRUE(may_send(500));
}

TEST_F(carrier_health_test, AP10_holds_the_account_after_three_busy_replies_in_a_row) {
    health_.on_answer(now_);
    health_.on_busy(now_, 1);
    health_.on_busy(now_, 1);
    EXPECT_TRUE(may_send(5));
    health_.on_answer(now_);
    for (int i = 0; i < 12; ++i)
        health_.on_busy(now_, 1);
    EXPECT_FALSE(may_send(5));
    EXPECT_FALSE(health_.is_down());
}

TEST_F(carrier_health_test, NW2_opens_one_connection_at_a_time_while_opening_fails) {
    health_.on_answer(now_);
    health_.on_open_failed(now_);
    EXPECT_EQ(health_.may_open_at(now_, 1, 3), never);
    const auto at = health_.may_open_at(now_, 0, 3);
    EXPECT_GT(at, now_);
    EXPECT_LE(at, now_ + 200ms);
    for (int i = 0; i < 50; ++i)
        health_.on_open_failed(now_);
    EXPECT_LE(health_.may_open_at(now_, 0, 3), now_ + 5s);
    health_.on_opened();
    EXPECT_EQ(health_.may_open_at(now_, 4, 3), now_);
}

}  // namespace
}  // namespace cardresolver::dispatch
