#include "dispatch/adaptive_rate.hpp"

#include "dispatch/even_pace.hpp"
#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <queue>
#include <string>
#include <vector>

namespace cardresolver::dispatch {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// A carrier that takes so many requests in any second, by its own clock, and refuses the others; the limit
/// may change. The sender asks as fast as the rate under test lets it.
class limited_carrier {
public:
    using limit_rule = std::function<std::size_t(duration since_start)>;

    limited_carrier(limit_rule limit, duration latency, duration jitter)
        : limit_(std::move(limit)), latency_(latency), jitter_(jitter) {}

    void run(adaptive_rate& rate, duration time) {
        const auto end = now_ + time;
        while (now_ < end) {
            const double per_second = rate.rate().value_or(1e4);
            pace_.set_spacing(
                std::chrono::duration_cast<duration>(std::chrono::duration<double>(1 / per_second)));
            auto send_at = std::max({pace_.available_at(now_), rate.available_at(now_), held_until_});
            if (hold_ > 100ms && !replies_.empty()) send_at = never;  // it is asked by one probe at a time
            const auto reply_at = replies_.empty() ? never : replies_.top().at;
            if (reply_at <= send_at) {
                now_ = std::max(now_, reply_at);
                settle(rate);
            } else if (send_at > now_) {
                now_ = send_at;
            } else {
                send(rate);
            }
        }
    }

    /// Of the carrier's arrivals from `from` to `to` after the start.
    std::size_t taken(duration from, duration to) const { return count(taken_, from, to); }
    std::size_t refused(duration from, duration to) const { return count(refused_, from, to); }

private:
    struct reply {
        time_point at;
        time_point sent_at;
        bool is_refused;
        bool operator>(const reply& other) const { return at > other.at; }
    };

    static std::size_t count(const std::vector<time_point>& events, duration from, duration to) {
        return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [&](time_point at) {
            return at - start >= from && at - start < to;
        }));
    }

    void send(adaptive_rate& rate) {
        pace_.take(now_);
        rate.on_sent(now_);
        const auto there = latency_ / 2 + jitter_ * static_cast<int>(random_.next() % 101) / 200;
        const auto back = latency_ / 2 + jitter_ * static_cast<int>(random_.next() % 101) / 200;
        const auto arrival =
            now_ + there;  // judged at once: arrivals that overtake each other do not matter here
        while (!window_.empty() && arrival - window_.front() >= 1s)
            window_.pop_front();
        const bool is_refused = window_.size() >= limit_(arrival - start);
        if (!is_refused) window_.push_back(arrival);
        (is_refused ? refused_ : taken_).push_back(arrival);
        replies_.push({arrival + back, now_, is_refused});
    }

    /// As the dispatcher does: a refusal holds the account for a moment, refusals in a row for longer.
    void settle(adaptive_rate& rate) {
        const auto next = replies_.top();
        replies_.pop();
        if (!next.is_refused) {
            hold_ = 50ms;
            return rate.on_accepted();
        }
        rate.on_refused(next.sent_at, now_);
        if (next.sent_at < held_until_) return;
        held_until_ = now_ + hold_;
        hold_ = std::min<duration>(2 * hold_, 60s);
    }

    static constexpr time_point start{1h};

    limit_rule limit_;
    duration latency_;
    duration jitter_;
    random_source random_{7};
    time_point now_ = start;
    time_point held_until_ = start;
    duration hold_ = 50ms;
    even_pace pace_;
    std::deque<time_point> window_;
    std::vector<time_point> taken_;
    std::vector<time_point> refused_;
    std::priority_queue<reply, std::vector<reply>, std::greater<>> replies_;
};

TEST(adaptive_rate, without_a_refusal_leaves_all_to_the_other_limits) {
    adaptive_rate rate;
    EXPECT_FALSE(rate.rate());
    rate.on_sent(time_point(1h));
    EXPECT_FALSE(rate.rate());
    EXPECT_FALSE(rate.found());
    EXPECT_EQ(rate.available_at(time_point(2h)), time_point(2h));
}

struct search_case {
    std::size_t limit;
    milliseconds latency;
    milliseconds jitter;
};

class adaptive_rate_search : public testing::TestWithParam<search_case> {};

TEST_P(adaptive_rate_search, RL4_finds_a_hidden_limit_and_keeps_at_it) {
    const auto& param = GetParam();
    limited_carrier carrier([&](duration) { return param.limit; }, param.latency, param.jitter);
    adaptive_rate rate;
    rate.search();
    carrier.run(rate, 180s);
    const auto limit = static_cast<double>(param.limit);
    EXPECT_GE(static_cast<double>(carrier.taken(30s, 180s)), 0.95 * limit * 150);
    const auto refused = static_cast<double>(carrier.refused(0s, 180s));
    EXPECT_LE(refused, 0.01 * static_cast<double>(carrier.taken(0s, 180s))) << refused;
}

INSTANTIATE_TEST_SUITE_P(table, adaptive_rate_search,
                         testing::Values(search_case{150, 50ms, 0ms}, search_case{150, 50ms, 20ms},
                                         search_case{150, 200ms, 100ms}, search_case{1000, 20ms, 10ms},
                                         search_case{40, 100ms, 20ms}, search_case{500, 500ms, 0ms}));

TEST(adaptive_rate, RL4_follows_a_limit_that_halves_and_doubles) {
    const auto limit = [](duration time) -> std::size_t {
        return time < 60s ? 150 : time < 120s ? 75 : time < 180s ? 150 : 300;
    };
    limited_carrier carrier(limit, 50ms, 20ms);
    adaptive_rate rate;
    rate.search();
    carrier.run(rate, 240s);
    EXPECT_GE(carrier.taken(110s, 120s), 0.9 * 75 * 10);
    EXPECT_GE(carrier.taken(170s, 180s), 0.9 * 150 * 10);
    EXPECT_GE(carrier.taken(230s, 240s), 0.9 * 300 * 10);
    EXPECT_LE(static_cast<double>(carrier.refused(0s, 240s)),
              0.01 * static_cast<double>(carrier.taken(0s, 240s)));
}

TEST(adaptive_rate, RL4_finds_the_limit_of_a_carrier_that_answers_after_many_seconds) {
    limited_carrier carrier([](duration) -> std::size_t { return 150; }, 6s, 1s);
    adaptive_rate rate;
    rate.search();
    carrier.run(rate, 240s);
    EXPECT_GE(carrier.taken(120s, 240s), 0.85 * 150 * 120);
}

TEST(adaptive_rate, RL4_never_looks_above_what_the_user_allows) {
    limited_carrier carrier([](duration) -> std::size_t { return 1000; }, 50ms, 0ms);
    adaptive_rate rate;
    rate.set_ceiling(100);
    rate.search();
    carrier.run(rate, 60s);
    EXPECT_LE(carrier.taken(20s, 60s), 100U * 40 + 1);
    EXPECT_GE(carrier.taken(20s, 60s), 100U * 40 * 98 / 100);
}

TEST(adaptive_rate, begins_at_what_was_found_before) {
    limited_carrier carrier([](duration) -> std::size_t { return 150; }, 50ms, 20ms);
    adaptive_rate rate;
    rate.search();
    rate.remember(150);
    carrier.run(rate, 30s);
    EXPECT_GE(carrier.taken(0s, 30s), 0.94 * 150 * 30);
}

TEST(adaptive_rate, RL3_a_carrier_that_takes_nothing_does_not_spoil_what_was_found) {
    const auto limit = [](duration time) -> std::size_t { return time > 60s && time < 600s ? 0 : 150; };
    limited_carrier carrier(limit, 50ms, 20ms);
    adaptive_rate rate;
    rate.search();
    carrier.run(rate, 720s);
    EXPECT_GE(carrier.taken(670s, 720s), 0.95 * 150 * 50);
    EXPECT_LE(carrier.refused(100s, 600s), 10U);
}

TEST(adaptive_rate, RL2_refusals_at_random_do_not_stop_the_run) {
    adaptive_rate rate;
    random_source random(3);
    time_point now(1h);
    std::size_t sent = 0;
    for (const auto end = now + 60s; now < end;) {
        const auto at = rate.available_at(now);
        if (at > now) {
            now = at;
            continue;
        }
        rate.on_sent(now);
        ++sent;
        const auto sent_at = now;
        now += 5ms;
        if (random.next() % 10 < 3) {
            rate.on_refused(sent_at, now);
        } else {
            rate.on_accepted();
        }
    }
    EXPECT_GE(sent, 200U);
}

}  // namespace
}  // namespace cardresolver::dispatch
