#include "dispatch/carrier_health.hpp"

#include <gtest/gtest.h>

namespace cardresolver::dispatch {
namespace {

using namespace std::chrono_literals;

class carrier_health_test : public testing::Test {
protected:
    bool may_send(std::size_t in_flight) { return health_.may_send_at(now_, in_flight) <= now_; }

    void fail_at_once() {
        health_.on_sent(now_);
        health_.on_failure(now_, false);
    }

    random_source random_{7};
    carrier_health health_{random_};
    time_point now_{1h};
};

TEST_F(carrier_health_test, NW2_is_not_away_where_it_answers_but_takes_no_more_connections) {
    for (int i = 0; i < 100; ++i) {
        health_.on_sent(now_);
        health_.on_open_failed();
        health_.on_open_failed();
        health_.on_answer(now_);
        EXPECT_FALSE(health_.is_away());
    }
    health_.on_open_failed();
    health_.on_open_failed();
    EXPECT_FALSE(health_.is_away());
    health_.on_open_failed();
    EXPECT_TRUE(health_.is_away());
}

TEST_F(carrier_health_test, sends_one_request_at_a_time_until_the_first_answer) {
    EXPECT_TRUE(may_send(0));
    EXPECT_EQ(health_.may_send_at(now_, 1), never);
    health_.on_opening(now_);
    EXPECT_EQ(health_.may_open_at(now_, 1, 0), now_ + 4500ms) << "where the first one hangs";
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
        fail_at_once();
    EXPECT_FALSE(health_.is_down());
    EXPECT_TRUE(may_send(3));
    fail_at_once();
    EXPECT_TRUE(health_.is_down());
    EXPECT_EQ(health_.why_held(now_), hold_reason::down);
    EXPECT_FALSE(may_send(0));
    const auto began = now_;
    auto last = now_;
    for (int i = 0; i < 30; ++i) {
        now_ = health_.may_send_at(now_, 0);
        EXPECT_LE(now_ - last, 4500ms);
        EXPECT_GE(now_ - last, now_ > began + 10s ? 1s : 125ms);
        last = now_;
        fail_at_once();
    }
    now_ += 10s;
    health_.on_answer(now_);
    EXPECT_FALSE(health_.is_down());
    EXPECT_FALSE(health_.why_held(now_));
    EXPECT_TRUE(may_send(31));
}

TEST_F(carrier_health_test, NW4_probes_again_while_a_probe_hangs) {
    health_.on_answer(now_);
    for (int i = 0; i < 20; ++i)
        fail_at_once();
    now_ = health_.may_send_at(now_, 0);
    for (std::size_t hanging = 0; hanging < 6; ++hanging) {
        EXPECT_TRUE(may_send(hanging));
        health_.on_sent(now_);
        EXPECT_EQ(health_.may_send_at(now_, hanging + 1), now_ + 4500ms);
        now_ += 4500ms;
    }
}

/// All connections may hang long before the first request has timed out.
TEST_F(carrier_health_test, NW4_probes_where_nothing_comes_back_and_charges_it_to_the_cards_all_the_same) {
    health_.on_answer(now_);
    for (std::size_t sent = 0; sent < 4; ++sent)
        health_.on_sent(now_ += 100ms);
    const auto first = now_ - 300ms;
    EXPECT_EQ(health_.probing_at(), first + 5s);
    EXPECT_TRUE(may_send(4));
    now_ = first + 5s;
    EXPECT_TRUE(health_.is_probing(now_));
    EXPECT_FALSE(health_.is_down());
    EXPECT_FALSE(health_.why_held(now_)) << "it may be slow";
    EXPECT_TRUE(may_send(4));
    health_.on_sent(now_);
    EXPECT_EQ(health_.may_send_at(now_, 5), now_ + 4500ms);
    for (int i = 0; i < 3; ++i)
        health_.on_failure(now_, false);
    EXPECT_EQ(health_.why_held(now_), hold_reason::down);
    health_.on_answer(first);
    EXPECT_FALSE(health_.is_probing(now_));
    EXPECT_TRUE(may_send(5));
}

TEST_F(carrier_health_test, NW4_names_what_hangs_when_a_later_probe_is_answered) {
    health_.on_answer(now_);
    health_.on_sent(now_);
    const auto hanging = now_;
    now_ += 5s;
    health_.on_sent(now_);
    EXPECT_LE(health_.hung_before(), hanging);
    health_.on_answer(now_);
    EXPECT_GT(health_.hung_before(), hanging);
    EXPECT_LT(health_.hung_before(), now_);
}

TEST_F(carrier_health_test, NW5_calls_nothing_hanging_where_the_first_answers_are_slow) {
    health_.on_answer(now_);
    const auto first = now_;
    for (int i = 0; i < 10; ++i, now_ += 1s)
        health_.on_sent(now_);
    for (int i = 0; i < 10; ++i) {
        health_.on_answer(first + 1s * i);
        EXPECT_LE(health_.hung_before(), first + 1s * i);
    }
}

TEST_F(carrier_health_test, NW5_leaves_a_slow_carrier_that_answers_at_full_speed) {
    health_.on_answer(now_);
    std::size_t in_flight = 0;
    for (int i = 0; i < 2000; ++i, now_ += 100ms) {  // 10 a second, each answered after 20 s
        if (i > 200) {
            health_.on_answer(now_ - 20s);
            ASSERT_TRUE(may_send(--in_flight)) << i;
        }
        health_.on_sent(now_);
        ++in_flight;
    }
}

TEST_F(carrier_health_test, RL2_holds_the_whole_account_and_says_why) {
    health_.on_answer(now_);
    EXPECT_FALSE(health_.why_held(now_));
    health_.on_throttled(now_, now_, 5s, 1);
    EXPECT_EQ(health_.may_send_at(now_, 0), now_ + 5s);
    EXPECT_EQ(health_.why_held(now_), hold_reason::throttled);
    EXPECT_EQ(health_.resume_at(), now_ + 5s);
    now_ += 5s;
    EXPECT_FALSE(health_.why_held(now_));
    health_.hold_account(now_ + 7s);
    EXPECT_EQ(health_.may_send_at(now_, 0), now_ + 7s) << "another process was told so";
    EXPECT_EQ(health_.throttled_until(), now_ + 7s);
}

TEST_F(carrier_health_test, RL3_says_that_the_quota_is_spent_and_when_the_day_ends) {
    health_.on_answer(now_);
    const auto reset = now_ + 3h;
    health_.set_day_reset(reset, now_);
    while (health_.why_held(now_) != hold_reason::quota_spent) {
        health_.on_throttled(now_, now_, std::nullopt, 1);
        ASSERT_LE(now_, time_point(1h) + 5min);
        if (health_.why_held(now_) == hold_reason::throttled) now_ = health_.held_until();
    }
    EXPECT_EQ(health_.resume_at(), reset);
    EXPECT_GE(health_.held_until(), now_ + 1min);
    EXPECT_EQ(health_.may_send_at(now_ + 10min, 1), never) << "one probe at a time";
}

TEST_F(carrier_health_test, RL2_a_lone_refusal_leaves_the_number_of_requests_in_flight_as_it_is) {
    for (int i = 0; i < 100; ++i)
        health_.on_answer(now_);
    health_.on_throttled(now_, now_, std::nullopt, 32);
    now_ = health_.held_until();
    EXPECT_TRUE(may_send(100));
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
    health_.on_opening(now_);
    health_.on_open_failed();
    EXPECT_FALSE(health_.why_held(now_));
    const auto at = health_.may_open_at(now_, 0, 3);
    EXPECT_GT(at, now_);
    EXPECT_LE(at, now_ + 200ms);
    for (int i = 0; i < 50; ++i) {
        health_.on_opening(now_);
        health_.on_open_failed();
        EXPECT_LE(health_.may_open_at(now_, 0, 3), now_ + 4500ms);
        now_ = health_.may_open_at(now_, 0, 3);
    }
    EXPECT_EQ(health_.why_held(now_), hold_reason::down);
    health_.on_opened();
    EXPECT_EQ(health_.may_open_at(now_, 4, 3), now_);
    EXPECT_FALSE(health_.why_held(now_));
}

TEST_F(carrier_health_test, NW2_tries_again_while_an_attempt_to_connect_hangs) {
    health_.on_answer(now_);
    health_.on_opening(now_);
    now_ += 10s;
    health_.on_open_failed();
    EXPECT_EQ(health_.may_open_at(now_, 0, 0), now_) << "it has been waited for long enough";
    health_.on_opening(now_);
    EXPECT_EQ(health_.may_open_at(now_, 1, 0), now_ + 4500ms);
}

}  // namespace
}  // namespace cardresolver::dispatch
