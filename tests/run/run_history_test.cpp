#include "run/run_history.hpp"

#include <gtest/gtest.h>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;

run_history example() {
    run_history history;
    const std::chrono::system_clock::time_point start{1'700'000'000'123ms};
    history.processes = {{17, start, start + 5s}, {18, start + 10s, start + 11s}};
    history.counts.cards_asked = 1;
    history.counts.requests.sent = 2;
    history.counts.requests.answered = 3;
    history.counts.requests.retried = 4;
    history.counts.requests.hunting = 5;
    history.counts.requests.throttled = 6;
    history.counts.requests.timed_out = 7;
    history.counts.requests.stale = 8;
    history.counts.requests.malformed = 9;
    history.counts.requests.foreign_items = 10;
    history.counts.requests.repeated_items = 11;
    history.counts.requests.discarded = 12;
    history.counts.network = {13, 14, 15, UINT64_MAX};
    history.counts.outcomes = {20, 21, 22, 23};
    history.counts.elapsed = 90min;
    history.details.statuses = {{"0", 20}, {"25", 21}, {"\"\n", 1}};
    history.details.latency.add(3ms);
    history.details.latency.add(3ms);
    history.details.latency.add(2h);
    return history;
}

TEST(run_history, comes_back_as_it_was) {
    const auto text = write_history(example());
    const auto read = read_history(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(write_history(*read), text);
    EXPECT_EQ(read->processes.at(1).pid, 18);
    EXPECT_EQ(read->processes.at(0).finished_at, example().processes[0].finished_at);
    EXPECT_EQ(read->counts.network.bytes_received, UINT64_MAX);
    EXPECT_EQ(read->counts.outcomes, example().counts.outcomes);
    EXPECT_EQ(read->counts.elapsed, 90min);
    EXPECT_EQ(read->details.statuses, example().details.statuses);
    EXPECT_EQ(read->details.latency.count(), 3U);
    EXPECT_EQ(read->details.latency.max_ms(), example().details.latency.max_ms());
    EXPECT_EQ(read->details.latency.quantile_ms(0.5), example().details.latency.quantile_ms(0.5));
}

TEST(run_history, adds_every_counter_but_the_rows) {
    const auto earlier = example().counts;
    auto now = earlier;
    add_counts(now, earlier);
    EXPECT_EQ(now.cards_asked, 2U);
    EXPECT_EQ(now.requests.sent, 4U);
    EXPECT_EQ(now.requests.discarded, 24U);
    EXPECT_EQ(now.network.connections_opened, 26U);
    EXPECT_EQ(now.elapsed, 180min);
    EXPECT_EQ(now.outcomes, earlier.outcomes);
}

TEST(run_history, of_many_processes_the_first_and_the_last_stay) {
    std::vector<run_process> processes;
    for (std::int64_t pid = 1; pid <= 1000; ++pid)
        add_process(processes, {pid, {}, {}});
    EXPECT_EQ(processes.size(), most_processes);
    EXPECT_EQ(processes.front().pid, 1);
    EXPECT_EQ(processes.back().pid, 1000);
}

TEST(run_history, what_is_damaged_is_refused) {
    const auto text = write_history(example());
    for (std::size_t cut = 0; cut < text.size(); ++cut)
        EXPECT_FALSE(read_history(text.substr(0, cut))) << "cut at " << cut;
    EXPECT_FALSE(read_history("{}"));
}

}  // namespace
}  // namespace cardresolver::run
