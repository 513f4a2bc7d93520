#include "dispatch/connection_target.hpp"

#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <queue>

namespace cardresolver::dispatch {
namespace {

using namespace std::chrono_literals;

/// A sender with as many connections as the target says, evenly paced, before a carrier that answers
/// `capacity` requests a second, one behind the other, each `latency` later.
class loop {
public:
    explicit loop(std::optional<double> rate) : rate_(rate) { target_.ask_for(rate); }

    double capacity = 1e6;
    std::function<duration()> latency = [] { return 50ms; };
    duration timeout = 25s;

    /// Replies a second.
    double run_for(duration length) {
        const auto until = now_ + length;
        std::uint64_t replies = 0;
        peak_ = 0;
        while (now_ < until) {
            send();
            const auto paced_at = in_flight_.size() < most() ? next_ : never;
            now_ = std::min(in_flight_.empty() ? never : in_flight_.top().back_at, paced_at);
            while (!in_flight_.empty() && in_flight_.top().back_at <= now_)
                replies += take_back() ? 1 : 0;
            peak_ = std::max(peak_, target_.target());
        }
        return static_cast<double>(replies) / std::chrono::duration<double>(length).count();
    }
    std::size_t target() const { return target_.target(); }
    /// The most that the target was in the last run.
    std::size_t peak() const { return peak_; }

private:
    struct request {
        time_point back_at;
        time_point sent_at;
        bool operator>(const request& other) const { return back_at > other.back_at; }
    };
    std::size_t most() const { return is_proven_ ? target_.target() : 1; }
    void send() {
        while (in_flight_.size() < most() && next_ <= now_) {
            const auto service =
                std::chrono::duration_cast<duration>(std::chrono::duration<double>(1 / capacity));
            free_at_ = std::max(free_at_, now_) + service;
            in_flight_.push({std::min(free_at_ + latency(), now_ + timeout), now_});
            const auto spacing =
                rate_ ? std::chrono::duration<double>(1 / *rate_) : std::chrono::duration<double>(0);
            next_ = std::max(next_, now_ - 20ms) + std::chrono::duration_cast<duration>(spacing);
        }
    }
    bool take_back() {
        const auto [back_at, sent_at] = in_flight_.top();
        const auto took = back_at - sent_at;
        if (took >= timeout) {
            target_.on_timeout(now_);
        } else {
            is_proven_ = true;
            target_.on_reply(took, in_flight_.size(), now_);
        }
        in_flight_.pop();
        return took < timeout;
    }

    std::optional<double> rate_;
    connection_target target_;
    bool is_proven_ = false;
    time_point now_{1h};
    time_point next_{1h};
    time_point free_at_{1h};
    std::size_t peak_ = 0;
    std::priority_queue<request, std::vector<request>, std::greater<>> in_flight_;
};

TEST(connection_target, has_what_the_first_latency_and_the_rate_need_at_once) {
    connection_target target;
    target.ask_for(200);
    EXPECT_EQ(target.target(), connection_target::least);
    target.on_reply(500ms, 1, time_point(1h));
    EXPECT_EQ(target.target(), 126U);
}

TEST(connection_target, NW5_reaches_the_rate_at_a_constant_latency) {
    struct row {
        double rate;
        duration latency;
        std::size_t needed;
    };
    for (const auto& [rate, latency, needed] : {row{10, 50ms, 4}, row{200, 50ms, 14}, row{200, 500ms, 126}}) {
        SCOPED_TRACE(needed);
        loop one(rate);
        one.latency = [latency = latency] { return latency; };
        one.run_for(5s);
        EXPECT_GE(one.run_for(60s), 0.99 * rate);
        EXPECT_LE(one.peak(), needed + 1);
        EXPECT_GE(one.target(), needed);
    }
}

TEST(connection_target, NW5_reaches_the_rate_under_jitter) {
    random_source random(3);
    loop one(200);
    one.latency = [&] { return 50ms + std::chrono::duration_cast<duration>(100ms * random.fraction()); };
    one.run_for(10s);
    EXPECT_GE(one.run_for(60s), 0.98 * 200);
    EXPECT_LE(one.peak(), 40U);
}

TEST(connection_target, NW5_follows_a_latency_that_jumps_and_falls) {
    loop one(200);
    one.run_for(60s);
    EXPECT_LE(one.target(), 15U);
    one.latency = [] { return 500ms; };
    one.run_for(12s);
    EXPECT_GE(one.run_for(120s), 0.98 * 200);
    one.latency = [] { return 50ms; };
    one.run_for(5s);
    EXPECT_LE(one.target(), 15U);
    EXPECT_GE(one.run_for(10s), 0.98 * 200);
}

TEST(connection_target, does_not_feed_on_the_queue_that_it_makes) {
    loop one(200);
    one.capacity = 100;
    one.run_for(20s);
    EXPECT_GE(one.run_for(300s), 96.0) << "a carrier that can do a hundred";
    EXPECT_LE(one.peak(), 30U) << "5 would do; by Little's law alone it were 128 by now";
}

TEST(connection_target, unpaced_begins_with_32_and_keeps_them_where_nothing_queues) {
    loop one(std::nullopt);
    EXPECT_EQ(one.target(), 32U);
    one.run_for(120s);
    EXPECT_EQ(one.target(), 32U);
    EXPECT_GE(one.run_for(10s), 0.98 * 640);
}

TEST(connection_target, unpaced_has_fewer_where_the_carrier_queues_and_more_when_it_does_not) {
    loop one(std::nullopt);
    one.capacity = 100;
    one.run_for(40s);
    EXPECT_LE(one.target(), 14U);
    EXPECT_GE(one.run_for(300s), 96.0);
    one.capacity = 1e6;
    one.run_for(60s);
    EXPECT_EQ(one.target(), 32U);
}

TEST(connection_target, unpaced_keeps_them_where_the_latency_is_the_carriers_own) {
    loop one(std::nullopt);
    one.run_for(30s);
    one.latency = [] { return 400ms; };
    EXPECT_GE(one.run_for(300s), 0.97 * 80);
    EXPECT_EQ(one.target(), 32U);
}

TEST(connection_target, NW4_takes_time_outs_for_drops_and_recovers) {
    random_source random(5);
    loop one(200);
    one.latency = [] { return 500ms; };
    one.timeout = 2s;
    one.run_for(20s);
    EXPECT_GE(one.target(), 126U);
    one.latency = [&] { return random.fraction() < 0.3 ? 2s : 500ms; };
    one.run_for(10s);
    EXPECT_LE(one.target(), 40U);
    one.latency = [] { return 500ms; };
    one.run_for(30s);
    EXPECT_GE(one.run_for(10s), 0.98 * 200);
}

TEST(connection_target, NW4_a_time_out_in_a_hundred_is_no_drop) {
    random_source random(5);
    loop one(200);
    one.timeout = 2s;
    one.latency = [&] { return random.fraction() < 0.01 ? 2s : 500ms; };
    one.run_for(20s);
    EXPECT_GE(one.run_for(60s), 0.95 * 200);
}

TEST(connection_target, NW4_an_outage_is_one_drop) {
    connection_target target;
    target.ask_for(200);
    auto now = time_point(1h);
    target.on_reply(500ms, 1, now);
    for (int i = 0; i < 1000; ++i)
        target.on_timeout(now += 1s);
    EXPECT_EQ(target.target(), 88U);
}

TEST(connection_target, follows_a_rate_that_changes) {
    connection_target target;
    target.ask_for(200);
    auto now = time_point(1h);
    target.on_reply(500ms, 1, now);
    target.ask_for(10);
    for (int i = 0; i < 100; ++i)
        target.on_reply(500ms, 5, now += 100ms);
    EXPECT_EQ(target.target(), 8U);
    target.ask_for(std::nullopt);
    EXPECT_LE(target.target(), connection_target::most_unpaced);
}

}  // namespace
}  // namespace cardresolver::dispatch
