#include "dispatch/permit_gate.hpp"

#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace cardresolver::dispatch {
namespace {

using namespace std::chrono_literals;

TEST(permit_gate, without_a_limit_never_waits) {
    permit_gate gate;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(gate.available_at(time_point{}), time_point{});
        gate.take(time_point{});
    }
}

TEST(permit_gate, spaces_its_permits_evenly) {
    permit_gate gate({10, 1s});
    time_point now{1h};
    for (int i = 0; i < 9; ++i) {
        ASSERT_EQ(gate.available_at(now), now);
        gate.take(now);
        gate.release(now);
        const auto next = gate.available_at(now);
        ASSERT_GE(next, now + 80ms);
        ASSERT_LE(next, now + 100ms);
        now = next;
    }
}

TEST(permit_gate, waits_for_a_reply_once_all_permits_are_out) {
    permit_gate gate({2, 1s});
    time_point now{1h};
    gate.take(now);
    now = gate.available_at(now);
    gate.take(now);
    EXPECT_EQ(gate.available_at(now), never);
    now += 10s;
    EXPECT_EQ(gate.available_at(now), never) << "time alone frees nothing: the requests may not have arrived";
    gate.release(now);
    const auto next = gate.available_at(now);
    EXPECT_GE(next, now + 1s);
    EXPECT_LE(next, now + 1s + 2ms);
}

struct jitter_case {
    std::uint64_t count;
    duration window;
    std::chrono::milliseconds latency;
    std::chrono::milliseconds jitter;
};

class permit_gate_proof : public testing::TestWithParam<jitter_case> {};

/// Drives the gate in virtual time against a carrier that sees each request somewhere between its send and
/// its reply, and looks at every window of the carrier's arrivals.
TEST_P(permit_gate_proof, RL2_lets_no_window_of_arrivals_exceed_the_limit) {
    const auto& param = GetParam();
    constexpr std::uint64_t seed = 42;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    permit_gate gate({param.count, param.window});
    std::vector<time_point> arrivals;
    std::vector<time_point> replies;  // a heap, the earliest on top
    time_point now{1h};
    const auto end = now + param.window * 60;
    while (now < end) {
        const auto send_at = gate.available_at(now);
        const auto reply_at = replies.empty() ? never : replies.front();
        if (reply_at <= send_at) {
            now = std::max(now, reply_at);
            std::pop_heap(replies.begin(), replies.end(), std::greater<>());
            replies.pop_back();
            gate.release(now);
            continue;
        }
        if (send_at > now) {
            now = send_at;
            continue;
        }
        gate.take(now);
        const auto there = param.latency / 2 + param.jitter * static_cast<int>(random.next() % 101) / 200;
        const auto back = param.latency / 2 + param.jitter * static_cast<int>(random.next() % 101) / 200;
        arrivals.push_back(now + there);
        replies.push_back(now + there + back);
        std::push_heap(replies.begin(), replies.end(), std::greater<>());
    }
    std::sort(arrivals.begin(), arrivals.end());
    for (std::size_t i = param.count; i < arrivals.size(); ++i) {
        ASSERT_GE(arrivals[i] - arrivals[i - param.count], param.window) << i;
    }
    const double mean_latency = std::chrono::duration<double>(param.latency + param.jitter / 2).count();
    const double window = std::chrono::duration<double>(param.window).count();
    const double bound = static_cast<double>(param.count) * 60 * window / (window + mean_latency);
    EXPECT_GE(static_cast<double>(arrivals.size()), bound * 0.97);
}

INSTANTIATE_TEST_SUITE_P(table, permit_gate_proof,
                         testing::Values(jitter_case{100, 1s, 0ms, 0ms}, jitter_case{100, 1s, 40ms, 0ms},
                                         jitter_case{200, 1s, 50ms, 100ms},
                                         jitter_case{100, 1s, 200ms, 500ms},
                                         jitter_case{10, 1s, 20ms, 2000ms},
                                         jitter_case{2000, 5min, 30ms, 60ms},
                                         jitter_case{1, 1s, 10ms, 10ms}));

}  // namespace
}  // namespace cardresolver::dispatch
