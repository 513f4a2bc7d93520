#include "dispatch/throttling.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cardresolver::dispatch {
namespace {

using namespace std::chrono_literals;

class throttling_test : public testing::Test {
protected:
    /// A request is sent as soon as may be, and refused.
    refusal refuse_next(std::optional<duration> retry_after = std::nullopt) {
        now_ = std::max(now_, throttling_.held_until());
        return throttling_.on_refused(now_, now_, retry_after);
    }
    void answer(unsigned times) {
        for (unsigned i = 0; i < times; ++i)
            throttling_.on_answer(now_ += 10ms);
    }
    duration hold() const { return throttling_.held_until() - now_; }
    void spend_quota() {
        while (!throttling_.is_spent())
            refuse_next();
    }

    random_source random_{7};
    throttling throttling_{random_};
    time_point now_{1h};
};

TEST_F(throttling_test, RL2_a_lone_refusal_in_a_good_flow_costs_a_moment) {
    for (int i = 0; i < 50; ++i) {
        answer(throttling::good_flow);
        EXPECT_EQ(refuse_next(), refusal::lone);
        EXPECT_GE(hold(), 30ms);
        EXPECT_LE(hold(), 60ms);
        now_ += 1s;
    }
}

TEST_F(throttling_test, RL2_refusals_in_a_row_hold_twice_as_long_each_up_to_a_minute) {
    answer(throttling::good_flow);
    refuse_next();
    auto longest = 60ms;
    for (int i = 0; i < 8; ++i) {
        longest *= 2;
        EXPECT_EQ(refuse_next(), refusal::further);
        EXPECT_GE(hold(), longest / 2);
        EXPECT_LE(hold(), longest);
    }
    answer(1);
    EXPECT_EQ(refuse_next(), refusal::further) << "there is no good flow yet";
    EXPECT_LE(hold(), 120ms);
}

TEST_F(throttling_test, RL2_refusals_of_one_moment_are_one) {
    const auto sent = now_ - 40ms;
    throttling_.on_refused(sent, now_, std::nullopt);
    const auto until = throttling_.held_until();
    for (int i = 0; i < 30; ++i)
        EXPECT_EQ(throttling_.on_refused(sent + 1ms * i, now_ + 1ms * i, std::nullopt), refusal::echo);
    EXPECT_EQ(throttling_.held_until(), until);
    throttling_.on_answer(sent + 20ms);
    now_ = until;
    refuse_next();
    EXPECT_GE(hold(), 90ms) << "a good answer from before the refusal forgives nothing";
}

TEST_F(throttling_test, RL1_honours_retry_after_within_bounds) {
    struct row {
        duration said;
        duration least;
        duration most;
    };
    for (const auto& [said, least, most] :
         {row{0s, 30ms, 120ms}, row{5s, 5s, 5s}, row{24h, 15min, 15min},
          row{std::chrono::seconds(999'999'999), 15min, 15min}, row{-5s, 30ms, 120ms}}) {
        answer(1);
        refuse_next(said);
        EXPECT_GE(hold(), least) << said / 1s;
        EXPECT_LE(hold(), most) << said / 1s;
    }
}

TEST_F(throttling_test, RL1_the_carriers_word_counts_from_an_echo_too) {
    refuse_next();
    EXPECT_EQ(throttling_.on_refused(now_ - 1s, now_, 30s), refusal::echo);
    EXPECT_EQ(hold(), 30s);
}

TEST_F(throttling_test, RL1_a_spent_quota_is_left_alone_until_the_day_ends_where_the_carrier_says_so) {
    throttling_.set_day_reset(now_ + 5h, now_);
    refuse_next(24h);
    EXPECT_EQ(hold(), 15min) << "once is no proof";
    refuse_next(24h);
    EXPECT_TRUE(throttling_.is_spent());
    EXPECT_EQ(throttling_.held_until(), time_point(6h));
    EXPECT_EQ(throttling_.resume_at(), time_point(6h));
}

TEST_F(throttling_test, RL3_two_minutes_without_a_good_answer_are_a_spent_quota) {
    const auto began = now_;
    int refusals = 0;
    for (; !throttling_.is_spent(); ++refusals)
        refuse_next();
    EXPECT_GE(now_ - began, 2min);
    EXPECT_LE(now_ - began, 3min);
    EXPECT_LE(refusals, 15);
    for (int i = 0; i < 100; ++i) {
        EXPECT_GE(hold(), 1min);
        EXPECT_LE(hold(), 65s);
        EXPECT_EQ(throttling_.resume_at(), throttling_.held_until()) << "the day's end is not known";
        if (i % 2 == 0) {
            refuse_next();
        } else {
            now_ = throttling_.held_until();
            throttling_.on_failure(now_);
        }
    }
    answer(1);
    EXPECT_FALSE(throttling_.is_spent());
    refuse_next();
    EXPECT_LE(hold(), 120ms);
}

TEST_F(throttling_test, RL3_probes_at_once_when_the_day_begins) {
    const auto reset = now_ + 10min;
    throttling_.set_day_reset(reset, now_);
    spend_quota();
    std::vector<time_point> probes;
    while (now_ < reset) {
        refuse_next();
        probes.push_back(now_);
    }
    EXPECT_EQ(probes.back(), reset);
    EXPECT_FALSE(throttling_.is_spent()) << "this is another day";
    EXPECT_LE(hold(), 120ms) << "the carrier's clock may be a little behind";
    spend_quota();
    EXPECT_GE(hold(), 1min) << "the day's end is in the past now";
}

TEST_F(throttling_test, RL3_a_new_day_forgets_the_old_one_also_where_it_is_told_first) {
    throttling_.set_day_reset(now_ + 10min, now_);
    spend_quota();
    now_ += 10min;
    throttling_.set_day_reset(now_ + 24h, now_);
    EXPECT_FALSE(throttling_.is_spent());
    EXPECT_LE(throttling_.held_until(), now_);
}

TEST_F(throttling_test, RL3_a_day_that_ends_sooner_than_was_said_is_probed_then) {
    throttling_.set_day_reset(now_ + 20h, now_);
    spend_quota();
    refuse_next(24h);
    EXPECT_EQ(throttling_.held_until(), time_point(21h));
    throttling_.set_day_reset(now_ + 2h, now_);
    EXPECT_EQ(hold(), 2h);
}

TEST_F(throttling_test, RL3_a_late_failure_does_not_shorten_what_the_carrier_said) {
    throttling_.set_day_reset(now_ + 20h, now_);
    spend_quota();
    refuse_next(10h);
    throttling_.on_failure(now_ + 1s);
    EXPECT_EQ(hold(), 10h);
}

}  // namespace
}  // namespace cardresolver::dispatch
