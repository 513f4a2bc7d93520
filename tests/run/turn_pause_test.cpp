#include "run/turn_pause.hpp"

#include "dispatch/random.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;
using dispatch::duration;
using dispatch::time_point;

/// A loop whose replies come at even distances.
class turn_pause_test : public testing::Test {
protected:
    /// The pause after so many replies of this latency. It is a long one after the first 1,024, and short
    /// ones are tried with the next 512.
    duration pause_at(duration latency, duration between, int replies = 128) {
        for (int i = 0; i < replies; ++i)
            pause_.on_reply(latency, now_ += between);
        return pause_.after_turn();
    }

    turn_pause pause_;
    time_point now_{1h};
};

TEST_F(turn_pause_test, is_made_where_it_brings_a_few_replies) {
    EXPECT_EQ(pause_at(20ms, 50us), 1ms);
    EXPECT_EQ(pause_at(20ms, 500us), 1ms);
    EXPECT_EQ(pause_at(20ms, 10ms), 0us);
}

TEST_F(turn_pause_test, is_not_made_where_hardly_another_reply_would_come) {
    EXPECT_EQ(pause_at(20ms, 501us), 0us);
}

TEST_F(turn_pause_test, is_short_beside_what_a_reply_takes) {
    EXPECT_EQ(pause_at(3ms, 10us), 1ms);
    EXPECT_EQ(pause_at(1500us, 10us, 64), 500us);
    EXPECT_EQ(pause_at(300us, 10us, 64), 100us);
    EXPECT_EQ(pause_at(297us, 10us, 64), 0us) << "to sleep for less costs more than it spares";
}

TEST_F(turn_pause_test, is_shorter_while_that_is_tried) {
    EXPECT_EQ(pause_at(20ms, 10us, 1'024 + 64), 300us);
    EXPECT_EQ(pause_at(1600us, 10us, 64), 200us);
    EXPECT_EQ(pause_at(20ms, 10us, 512 - 128), 1ms);
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
    EXPECT_EQ(pause_at(20ms, 50us, 63), 0us);
    EXPECT_EQ(pause_at(20ms, 50us, 1), 1ms);
}

/// A carrier and the loop of a run, in virtual time. Each connection has its next request as soon as its
/// reply was looked at.
class closed_loop {
public:
    /// `answered_at(sent)`: when.
    using carrier = std::function<time_point(time_point sent)>;

    closed_loop(int connections, carrier answer) : answer_(std::move(answer)) {
        for (int i = 0; i < connections; ++i)
            send();
    }

    /// Replies a second.
    double run(int replies, bool with_pauses) {
        const auto begun = now_;
        for (int done = 0; done < replies;) {
            now_ = std::max(now_, under_way_.top().first);
            for (; under_way_.top().first <= now_; ++done) {
                const auto sent = under_way_.top().second;
                under_way_.pop();
                pause_.on_reply(now_ - sent, now_);
                now_ += 50us;  // the loop's work
                send();
            }
            const auto wait = pause_.after_turn();
            if (!with_pauses || wait == 0us) continue;
            now_ += wait + 80us;  // the system wakes nobody sooner
            slept_ += wait;
            ++pauses_;
        }
        return replies / std::chrono::duration<double>(now_ - begun).count();
    }

    duration average_pause() const { return pauses_ == 0 ? 0us : slept_ / pauses_; }

private:
    void send() { under_way_.emplace(answer_(now_), now_); }

    using message = std::pair<time_point, time_point>;  // when answered, when sent
    std::priority_queue<message, std::vector<message>, std::greater<>> under_way_;
    carrier answer_;
    turn_pause pause_;
    time_point now_{1h};
    duration slept_{};
    int pauses_ = 0;
};

/// Lets pauses show, for ten seeds, what they cost and how long they are.
void compare(const std::function<closed_loop::carrier(std::uint64_t seed)>& make_carrier,
             const std::function<void(double kept, duration average_pause)>& expect) {
    constexpr int enough = 200'000;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        closed_loop loop(32, make_carrier(seed));
        const auto without = loop.run(enough, false);
        const auto with = loop.run(enough, true);
        expect(with / without, loop.average_pause());
    }
}

/// Of a drawn length.
duration between(std::int64_t shortest_ns, std::int64_t longest_ns, dispatch::random_source& random) {
    const auto range = static_cast<double>(longest_ns - shortest_ns);
    return std::chrono::nanoseconds(shortest_ns + static_cast<std::int64_t>(range * random.fraction()));
}

TEST(turn_pause_beside_a_carrier, that_is_busy_is_long_and_costs_no_reply) {
    const auto busy = [](std::uint64_t seed) {
        return [free_at = time_point(), random = dispatch::random_source(seed)](time_point sent) mutable {
            return free_at = std::max(free_at, sent) + between(60'000, 120'000, random);
        };
    };
    compare(busy, [](double kept, duration average_pause) {
        EXPECT_GT(kept, 0.99);
        EXPECT_GT(average_pause, 700us);
    });
}

TEST(turn_pause_beside_a_carrier, that_takes_its_time_for_each_request_costs_few_replies) {
    const auto leisurely = [](std::uint64_t seed) {
        return [random = dispatch::random_source(seed)](time_point sent) mutable {
            return sent + between(2'000'000, 8'000'000, random);
        };
    };
    compare(leisurely, [](double kept, duration average_pause) {
        EXPECT_GT(kept, 0.97);
        EXPECT_LT(average_pause, 600us);
    });
}

class paused_loop_test : public turn_pause_test {
protected:
    void SetUp() override { ASSERT_EQ(pause_at(20ms, 50us), 1ms); }

    void run(turn_pause* pause) {
        run_with_pauses(context_, pause, [this](duration time) { slept_.push_back(time); });
    }
    void post(std::function<void()> work) { net::asio::post(context_, std::move(work)); }
    void on_reply() { pause_.on_reply(20ms, now_ += 50us); }

    net::asio::io_context context_;
    std::vector<duration> slept_;
};

TEST_F(paused_loop_test, does_all_that_there_is_to_do_and_sleeps_once_for_all_of_it) {
    int done = 0;
    for (int i = 0; i < 100; ++i) {
        post([&] {
            on_reply();
            ++done;
            post([&] { ++done; });
        });
    }
    run(&pause_);
    EXPECT_EQ(done, 200);
    EXPECT_EQ(slept_, std::vector<duration>{1ms});
}

TEST_F(paused_loop_test, does_not_sleep_where_no_reply_has_come) {
    post([] {});
    run(&pause_);
    EXPECT_TRUE(slept_.empty());
}

TEST_F(paused_loop_test, never_sleeps_where_it_must_not) {
    bool is_done = false;
    post([&] {
        on_reply();
        is_done = true;
    });
    run(nullptr);
    EXPECT_TRUE(is_done);
    EXPECT_TRUE(slept_.empty());
}

TEST_F(paused_loop_test, ends_where_it_is_stopped) {
    bool is_done = false;
    post([this] {
        on_reply();
        context_.stop();
    });
    post([&] { is_done = true; });
    run(&pause_);
    EXPECT_FALSE(is_done);
}

TEST_F(paused_loop_test, lets_exceptions_out) {
    post([] { throw std::runtime_error("escaped"); });
    EXPECT_THROW(run(&pause_), std::runtime_error);
}

}  // namespace
}  // namespace cardresolver::run
