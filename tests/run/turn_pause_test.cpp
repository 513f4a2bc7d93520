#include "run/turn_pause.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;

/// A loop whose replies come at even distances.
class turn_pause_test : public testing::Test {
protected:
    /// The pause after a thousand replies of this latency.
    dispatch::duration pause_at(dispatch::duration latency, dispatch::duration between) {
        for (int i = 0; i < 1'000; ++i)
            pause_.on_reply(latency, now_ += between);
        return pause_.after_turn();
    }

    turn_pause pause_;
    dispatch::time_point now_{1h};
};

TEST_F(turn_pause_test, is_made_where_it_brings_a_few_replies) {
    EXPECT_EQ(pause_at(20ms, 50us), 1ms);
    EXPECT_EQ(pause_at(20ms, 500us), 1ms);
    EXPECT_EQ(pause_at(20ms, 501us), 0us);
    EXPECT_EQ(pause_at(20ms, 10ms), 0us);
}

TEST_F(turn_pause_test, is_short_beside_what_a_reply_takes) {
    EXPECT_EQ(pause_at(4ms, 10us), 1ms);
    EXPECT_EQ(pause_at(3600us, 10us), 900us);
    EXPECT_EQ(pause_at(1600us, 10us), 400us);
    EXPECT_EQ(pause_at(400us, 10us), 100us);
    EXPECT_EQ(pause_at(396us, 10us), 0us) << "to sleep for less costs more than it spares";
}

/// Nothing else that the loop does waits for replies that do not come.
TEST_F(turn_pause_test, follows_a_turn_with_replies_alone) {
    ASSERT_EQ(pause_at(20ms, 50us), 1ms);
    EXPECT_EQ(pause_.after_turn(), 0us);
    pause_.on_reply(20ms, now_ += 50us);
    EXPECT_EQ(pause_.after_turn(), 1ms);
    EXPECT_EQ(pause_.after_turn(), 0us);
}

TEST_F(turn_pause_test, is_not_made_before_anything_is_known) {
    pause_.on_reply(20ms, now_);
    EXPECT_EQ(pause_.after_turn(), 0us);
    for (int i = 0; i < 63; ++i)
        pause_.on_reply(20ms, now_ += 1us);
    EXPECT_EQ(pause_.after_turn(), 0us) << "how long ago the first one came, nobody knows";
}

TEST_F(turn_pause_test, a_loop_with_pauses_does_all_that_there_is_to_do) {
    net::asio::io_context context;
    ASSERT_EQ(pause_at(20ms, 50us), 1ms);
    int done = 0;
    for (int i = 0; i < 100; ++i) {
        net::asio::post(context, [&] {
            pause_.on_reply(20ms, now_ += 50us);
            ++done;
            net::asio::post(context, [&] { ++done; });
        });
    }
    run_with_pauses(context, pause_);
    EXPECT_EQ(done, 200);
}

}  // namespace
}  // namespace cardresolver::run
