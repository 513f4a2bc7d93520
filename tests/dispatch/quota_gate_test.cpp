#include "dispatch/quota_gate.hpp"

#include "dispatch/model_carrier.hpp"
#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace cardresolver::dispatch {
namespace {

using namespace std::chrono_literals;
using testing_support::grant_all;

constexpr time_point start{1h};
constexpr rate_limit calendar_day{1000, 24h, true};

pace limited_to(std::vector<rate_limit> limits, pacing_kind pacing = pacing_kind::strict) {
    pace made;
    made.limits = std::move(limits);
    made.pacing = pacing;
    return made;
}

/// Asks the ledger where it is time to, and gets all that it asks for.
void tend(quota_gate& gate, time_point now) {
    if (gate.asks_at(now, true) <= now) gate.on_grant(grant_all(gate.ask(now, true, std::nullopt)), now);
}

time_point available(quota_gate& gate, time_point now) {
    tend(gate, now);
    return gate.available_at(now);
}

TEST(quota_gate, sends_nothing_without_a_grant) {
    quota_gate gate(limited_to({}), 1, 25s);
    EXPECT_EQ(gate.available_at(start), never);
    EXPECT_EQ(gate.asks_at(start, true), start);
    const auto request = gate.ask(start, true, std::nullopt);
    EXPECT_GT(request.wanted_transids, 0U);
    EXPECT_EQ(gate.asks_at(start, true), never) << "one exchange at a time";
    EXPECT_EQ(gate.available_at(start), never);
    gate.on_grant(grant_all(request), start + 10ms);
    EXPECT_EQ(gate.available_at(start + 10ms), start + 10ms);
}

TEST(quota_gate, RL5_sends_nothing_once_its_lease_has_ended) {
    quota_gate gate(limited_to({{10, 1s}}), 1, 25s);
    gate.on_grant(grant_all(gate.ask(start, true, std::nullopt)), start + 2s);
    EXPECT_EQ(gate.available_at(start + 2999ms), start + 2999ms);
    EXPECT_EQ(gate.available_at(start + 3s), never) << "it counts from when the ledger was asked";
}

TEST(quota_gate, PR4_a_process_that_was_stopped_asks_before_it_sends) {
    quota_gate gate(limited_to({{10, 1s}}), 1, 25s);
    tend(gate, start);
    EXPECT_EQ(gate.available_at(start + 600s), never);
    EXPECT_EQ(gate.asks_at(start + 600s, true), start + 600s);
}

TEST(quota_gate, PR7_asks_again_after_the_machine_was_asleep) {
    quota_gate gate(limited_to({{10, 1s}}), 1, 25s);
    tend(gate, start);
    gate.on_suspended();
    EXPECT_EQ(gate.available_at(start), never);
    EXPECT_EQ(gate.asks_at(start, true), start);
}

TEST(quota_gate, renews_its_lease_in_time) {
    quota_gate gate(limited_to({{10, 1s}}), 1, 25s);
    tend(gate, start);
    EXPECT_LE(gate.asks_at(start, true), start + 1s);
    EXPECT_LT(gate.asks_at(start, false), start + quota::lease_length);
}

TEST(quota_gate, without_a_limit_never_waits) {
    quota_gate gate(limited_to({}), 1, 25s);
    for (int i = 0; i < 1000; ++i) {
        tend(gate, start + 20ms * (i / 50));
        ASSERT_EQ(gate.available_at(start + 20ms * (i / 50)), start + 20ms * (i / 50)) << i;
        gate.take(start + 20ms * (i / 50));
    }
}

TEST(quota_gate, spaces_its_permits_evenly) {
    quota_gate gate(limited_to({{10, 1s}}), 1, 25s);
    time_point now = start;
    for (int i = 0; i < 9; ++i) {
        ASSERT_EQ(available(gate, now), now);
        gate.release(gate.take(now), permit_end::answered, now);
        const auto next = available(gate, now);
        ASSERT_GE(next, now + 80ms);
        ASSERT_LE(next, now + 100ms);
        now = next;
    }
}

TEST(quota_gate, the_slowest_of_several_limits_paces) {
    quota_gate gate(limited_to({{50, 1s}, {600, 5min}, calendar_day}), 1, 25s);
    ASSERT_EQ(available(gate, start), start);
    gate.take(start);
    EXPECT_NEAR(std::chrono::duration<double>(available(gate, start) - start).count(), 0.48, 0.03);
}

TEST(quota_gate, waits_for_a_reply_once_all_permits_are_out) {
    quota_gate gate(limited_to({{2, 1s}}), 1, 25s);
    time_point now = start;
    tend(gate, now);
    const auto first = gate.take(now);
    now = gate.available_at(now);
    gate.take(now);
    now += 10s;
    EXPECT_EQ(available(gate, now), never) << "time alone frees nothing: the requests may not have arrived";
    gate.release(first, permit_end::answered, now);
    const auto next = gate.available_at(now);
    EXPECT_GE(next, now + 1s);
    EXPECT_LE(next, now + 1s + 2ms);
}

TEST(quota_gate, holds_the_permit_of_a_request_that_was_given_up_for_longer) {
    quota_gate gate(limited_to({{1, 1s}}), 1, 25s);
    tend(gate, start);
    gate.release(gate.take(start), permit_end::given_up, start);
    EXPECT_GE(gate.available_at(start), start + 1s + quota::arrival_grace - 1ms)
        << "its bytes may still be under way";
}

TEST(quota_gate, a_user_who_knows_the_path_holds_permits_for_less) {
    auto limits = limited_to({{1, 1s}});
    limits.min_rtt = 300ms;
    quota_gate gate(limits, 1, 25s);
    tend(gate, start);
    const auto taken = gate.take(start);
    gate.release(taken, permit_end::answered, start + 300ms);
    EXPECT_GE(gate.available_at(start + 300ms), start + 1s);
    EXPECT_LE(gate.available_at(start + 300ms), start + 1s + 2ms);
}

TEST(quota_gate, smooth_pacing_does_not_wait_for_replies) {
    quota_gate gate(limited_to({{10, 1s}}, pacing_kind::smooth), 1, 25s);
    time_point now = start;
    for (int i = 0; i < 100; ++i) {
        ASSERT_LE(available(gate, now), start + 105ms * i);
        now = std::max(now, gate.available_at(now));
        gate.take(now);
    }
}

TEST(quota_gate, smooth_pacing_leaves_room_for_jitter) {
    quota_gate gate(limited_to({{100, 1s}}, pacing_kind::smooth), 1, 25s);
    random_source random(11);
    time_point now = start;
    const auto count_sends = [&](std::chrono::milliseconds jitter) {
        int sends = 0;
        for (const auto end = now + 60s; now < end; ++sends) {
            now = std::max(now, available(gate, now));
            const auto taken = gate.take(now);
            gate.release(taken, permit_end::answered,
                         now + 5ms + jitter * static_cast<int>(random.next() % 101) / 100);
        }
        return sends;
    };
    EXPECT_GE(count_sends(20ms), 6000 * 99 / 100);
    EXPECT_LE(count_sends(200ms), 6000 * 97 / 100) << "what is delayed differently may come in one second";
}

TEST(quota_gate, permits_of_a_counted_limit_are_used_once) {
    quota_gate gate(limited_to({calendar_day}), 1, 25s);
    auto request = gate.ask(start, true, std::nullopt);
    EXPECT_GT(request.wanted_permits, 0U);
    auto granted = grant_all(request);
    granted.block = {1, 2};
    granted.next_permits_in = 10s;
    gate.on_grant(granted, start);
    const auto first = gate.take(start);
    const auto second = gate.take(start);
    EXPECT_EQ(gate.available_at(start), never);
    gate.release(first, permit_end::answered, start + 1s);
    EXPECT_TRUE(gate.ask(start + 1s, true, std::nullopt).settled.empty()) << "one of two is still out";
    granted.block = {};
    gate.on_grant(granted, start + 1s);
    gate.release(second, permit_end::answered, start + 2s);
    request = gate.ask(start + 2s, true, std::nullopt);
    ASSERT_EQ(request.settled.size(), 1U);
    EXPECT_EQ(request.settled[0].used, 2U);
    EXPECT_EQ(request.settled[0].settled_ago, 0s);
}

TEST(quota_gate, a_block_that_lapsed_is_given_back) {
    quota_gate gate(limited_to({calendar_day}), 1, 25s);
    auto granted = grant_all(gate.ask(start, true, std::nullopt));
    granted.block = {1, 5};
    gate.on_grant(granted, start);
    gate.release(gate.take(start), permit_end::answered, start);
    granted.block = {2, 5};
    gate.on_grant((static_cast<void>(gate.ask(start + 1s, true, std::nullopt)), granted), start + 1s);
    const auto request = gate.ask(start + 3s, true, std::nullopt);
    ASSERT_EQ(request.settled.size(), 1U);
    EXPECT_EQ(request.settled[0].id, 1U);
    EXPECT_EQ(request.settled[0].used, 1U);
    EXPECT_EQ(request.settled[0].settled_ago, 3s);
}

TEST(quota_gate, comes_down_to_its_target_as_its_permits_come_free) {
    quota_gate gate(limited_to({{4, 1s}}), 1, 25s);
    auto granted = grant_all(gate.ask(start, true, std::nullopt));
    gate.on_grant(granted, start);
    time_point now = start;
    std::vector<permit> out;
    for (int i = 0; i < 3; ++i) {
        now = gate.available_at(now);
        out.push_back(gate.take(now));
    }
    granted.targets = {2};
    EXPECT_EQ(gate.ask(now, true, std::nullopt).kept, std::vector<std::uint64_t>{4});
    gate.on_grant(granted, now);
    EXPECT_EQ(gate.ask(now, true, std::nullopt).kept, std::vector<std::uint64_t>{3});
    gate.on_grant(granted, now);
    gate.release(out[0], permit_end::answered, now);
    EXPECT_EQ(gate.available_at(now + 1500ms), never) << "two are out, and no more than two may be";
    EXPECT_EQ(gate.ask(now + 1500ms, true, std::nullopt).kept, std::vector<std::uint64_t>{2});
}

TEST(quota_gate, other_limits_of_another_hour_hold_with_the_next_grant) {
    quota_gate gate(limited_to({{10, 1s}}), 1, 25s);
    tend(gate, start);
    const auto out = gate.take(start);
    gate.set_pace(limited_to({{2, 1s}, {4, 10s}}), start + 100ms);
    EXPECT_EQ(gate.available_at(start + 100ms), never);
    tend(gate, start + 100ms);
    gate.release(out, permit_end::answered, start + 200ms);
    const auto next = gate.available_at(start + 200ms);
    EXPECT_LT(next, start + 3s);
    gate.release(gate.take(next), permit_end::answered, next);
}

TEST(quota_gate, RL6_a_lower_limit_of_another_hour_holds_at_once) {
    quota_gate gate(limited_to({{20, 1s}}), 1, 25s);
    tend(gate, start);
    gate.set_pace(limited_to({{2, 1s}}), start + 1s);
    EXPECT_EQ(gate.available_at(start + 1s), never) << "its share is of the higher one";
    tend(gate, start + 1s);
    EXPECT_EQ(gate.available_at(start + 1s), start + 1s);
}

TEST(quota_gate, leaves_with_what_is_still_held) {
    quota_gate gate(limited_to({{4, 1s}, calendar_day}), 1, 25s);
    auto granted = grant_all(gate.ask(start, true, std::nullopt));
    granted.block = {1, 5};
    gate.on_grant(granted, start);
    gate.release(gate.take(start), permit_end::answered, start);
    const auto last = gate.leave(start + 400ms);
    EXPECT_EQ(last.kept, std::vector<std::uint64_t>{1});
    ASSERT_TRUE(last.leaves_for);
    EXPECT_GE(*last.leaves_for, 600ms);
    EXPECT_LE(*last.leaves_for, 602ms);
    ASSERT_EQ(last.settled.size(), 1U);
    EXPECT_EQ(last.settled[0].used, 1U);
}

TEST(quota_gate, RL5_what_one_has_found_out_is_shared_by_as_many_as_there_are) {
    auto limits = limited_to({});
    limits.finds_limit = true;
    quota_gate gate(limits, 1, 25s);
    const auto take_grant = [&gate](std::uint64_t processes, std::optional<double> found) {
        auto granted = grant_all(gate.ask(start, true, std::nullopt));
        granted.busy_processes = processes;
        granted.found_rate = found;
        gate.on_grant(granted, start);
    };
    take_grant(2, 50.0);
    EXPECT_EQ(gate.found_rate(), 50.0);
    take_grant(1, 100.0);
    EXPECT_EQ(gate.found_rate(), 100.0);
    take_grant(4, 25.0);
    EXPECT_EQ(gate.found_rate(), 25.0);
    EXPECT_EQ(gate.ask(start, true, std::nullopt).found_rate, 100.0) << "of the account";
}

TEST(quota_gate, who_waits_long_for_counted_permits_asks_seldom_until_then) {
    quota_gate gate(limited_to({{10, 5min}}), 1, 25s);
    auto granted = grant_all(gate.ask(start, true, std::nullopt));
    granted.block = {};
    granted.next_permits_in = 2min;
    granted.transids.count = 10'000;
    gate.on_grant(granted, start);
    EXPECT_EQ(gate.asks_at(start, true), start + 2500ms);
    granted = grant_all(gate.ask(start + 2500ms, true, std::nullopt));
    granted.block = {};
    granted.next_permits_in = 1s;
    gate.on_grant(granted, start + 2500ms);
    EXPECT_EQ(gate.asks_at(start + 2500ms, true), start + 3s);
}

struct jitter_case {
    std::uint64_t count;
    duration window;
    std::chrono::milliseconds latency;
    std::chrono::milliseconds jitter;
};

class quota_gate_proof : public testing::TestWithParam<jitter_case> {};

/// Drives the gate in virtual time against a carrier that sees each request somewhere between its send and
/// its reply, and looks at every window of the carrier's arrivals.
TEST_P(quota_gate_proof, RL2_lets_no_window_of_arrivals_exceed_the_limit) {
    const auto& param = GetParam();
    constexpr std::uint64_t seed = 42;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    quota_gate gate(limited_to({{param.count, param.window}}), 1, 25s);
    std::vector<time_point> arrivals;
    std::vector<std::pair<time_point, permit>> replies;  // a heap, the earliest on top
    const auto is_later = [](const auto& a, const auto& b) { return a.first > b.first; };
    time_point now = start;
    const auto end = now + param.window * 60;
    while (now < end) {
        tend(gate, now);
        const auto send_at = std::min(gate.available_at(now), gate.asks_at(now, true));
        const auto reply_at = replies.empty() ? never : replies.front().first;
        if (reply_at <= send_at) {
            now = std::max(now, reply_at);
            std::pop_heap(replies.begin(), replies.end(), is_later);
            gate.release(replies.back().second, permit_end::answered, now);
            replies.pop_back();
            continue;
        }
        if (send_at > now) {
            now = send_at;
            continue;
        }
        const auto taken = gate.take(now);
        const auto there = param.latency / 2 + param.jitter * static_cast<int>(random.next() % 101) / 200;
        const auto back = param.latency / 2 + param.jitter * static_cast<int>(random.next() % 101) / 200;
        arrivals.push_back(now + there);
        replies.emplace_back(now + there + back, taken);
        std::push_heap(replies.begin(), replies.end(), is_later);
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

INSTANTIATE_TEST_SUITE_P(table, quota_gate_proof,
                         testing::Values(jitter_case{100, 1s, 0ms, 0ms}, jitter_case{100, 1s, 40ms, 0ms},
                                         jitter_case{200, 1s, 50ms, 100ms},
                                         jitter_case{100, 1s, 200ms, 500ms},
                                         jitter_case{10, 1s, 20ms, 2000ms}, jitter_case{300, 30s, 30ms, 60ms},
                                         jitter_case{1, 1s, 10ms, 10ms}));

}  // namespace
}  // namespace cardresolver::dispatch
