#include "dispatch/quota/share_table.hpp"

#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <map>

namespace cardresolver::dispatch::quota {
namespace {

using namespace std::chrono_literals;

std::vector<std::uint64_t> dues(std::vector<contender> contenders, std::uint64_t permits,
                                ledger_time now = 0s) {
    std::vector<std::uint64_t> all;
    for (const auto& one : contenders)
        all.push_back(due_of(one.process, contenders, permits, now));
    return all;
}

TEST(due_of, busy_processes_share_equally_and_others_have_one) {
    using counts = std::vector<std::uint64_t>;
    EXPECT_EQ(dues({{1, true}}, 50), (counts{50}));
    EXPECT_EQ(dues({{1, false}}, 50), (counts{50})) << "nobody else wants them";
    EXPECT_EQ(dues({{1, true}, {2, true}}, 50), (counts{25, 25}));
    EXPECT_EQ(dues({{1, true}, {2, false}, {3, true}}, 51), (counts{25, 1, 25}));
    EXPECT_EQ(dues({{1, false}, {2, true}}, 1), (counts{0, 1}));
    EXPECT_EQ(dues({{1, false}, {2, false}}, 10), (counts{5, 5}));
}

TEST(due_of, adds_up_to_the_limit_whoever_is_there) {
    constexpr std::uint64_t seed = 42;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    for (int i = 0; i < 10'000; ++i) {
        std::vector<contender> contenders(1 + random.next() % 20);
        for (std::size_t j = 0; j < contenders.size(); ++j)
            contenders[j] = {j + 1, random.next() % 2 == 0};
        const auto permits = 1 + random.next() % 60;
        std::uint64_t sum = 0;
        for (const auto due : dues(contenders, permits, std::chrono::seconds(random.next() % 10'000)))
            sum += due;
        ASSERT_EQ(sum, permits) << i;
    }
}

TEST(due_of, nobody_is_without_a_permit_for_longer_than_the_others_need) {
    std::vector<contender> contenders;
    for (process_id i = 1; i <= 7; ++i)
        contenders.push_back({i, true});
    std::map<process_id, int> turns_without;
    for (int turn = 0; turn < 100; ++turn) {
        for (const auto& one : contenders) {
            auto& without = turns_without[one.process];
            without = due_of(one.process, contenders, 3, turn * 10s) == 0 ? without + 1 : 0;
            ASSERT_LE(without, 3) << "7 processes, 3 at a time";
        }
    }
}

TEST(share_table, gives_no_more_than_the_limit) {
    share_table table;
    table.raise(1, 10, 10);
    table.raise(2, 5, 10);
    EXPECT_EQ(table.share_of(1), 10U);
    EXPECT_EQ(table.share_of(2), 0U);
    table.keep(1, 7);
    table.raise(2, 5, 10);
    EXPECT_EQ(table.share_of(2), 3U);
    EXPECT_EQ(table.taken(), 10U);
}

TEST(share_table, RL5_a_share_cools_before_others_have_it) {
    share_table table;
    table.raise(1, 10, 10);
    table.cool(1, 5s);
    EXPECT_EQ(table.share_of(1), 0U);
    table.collect(5s - 1ns);
    table.raise(2, 10, 10);
    EXPECT_EQ(table.share_of(2), 0U);
    table.collect(5s);
    table.raise(2, 10, 10);
    EXPECT_EQ(table.share_of(2), 10U);
}

}  // namespace
}  // namespace cardresolver::dispatch::quota
