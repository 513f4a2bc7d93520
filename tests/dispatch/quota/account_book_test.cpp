#include "dispatch/quota/account_book.hpp"

#include <gtest/gtest.h>

namespace cardresolver::dispatch::quota {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::system_clock::time_point noon{std::chrono::seconds(1'790'000'000)};
const rate_limit a_second{100, 1s};
const rate_limit a_minute{600, 1min};
const rate_limit a_day{50'000, 24h, true};

class account_book_test : public testing::Test {
protected:
    static request of(process_id process, std::vector<rate_limit> limits = {a_second}) {
        request asked;
        asked.process = process;
        asked.limits.limits = std::move(limits);
        asked.kept.assign(10, 1'000'000);  // all that there is
        return asked;
    }

    grant ask(const request& asked) { return book_.exchange(asked, {now_, noon + now_}); }

    std::uint64_t share(process_id process) { return ask(of(process)).shares.at(0); }

    grant want(process_id process, std::uint64_t permits, std::vector<settled_block> settled = {},
               std::vector<rate_limit> limits = {a_minute}) {
        auto asked = of(process, std::move(limits));
        asked.wanted_permits = permits;
        asked.settled = std::move(settled);
        return ask(asked);
    }

    account_book book_{new_account(42)};
    ledger_time now_ = 1h;
};

TEST_F(account_book_test, RL5_processes_that_start_at_once_share_the_limit) {
    EXPECT_EQ(share(1), 100U);
    for (process_id other = 2; other <= 16; ++other)
        EXPECT_EQ(share(other), 0U);
    auto asked = of(1);
    asked.kept = {ask(asked).targets.at(0)};
    EXPECT_LE(ask(asked).shares.at(0), 7U);
    std::uint64_t sum = 0;
    for (process_id one = 1; one <= 16; ++one)
        sum += share(one);
    EXPECT_EQ(sum, 100U);
}

TEST_F(account_book_test, RL5_a_dead_processes_share_returns_after_lease_window_and_grace) {
    share(1);
    const auto free_at = now_ + lease_length + 1s + arrival_grace;
    now_ = free_at - 1ms;
    EXPECT_EQ(share(2), 0U);
    now_ = free_at;
    EXPECT_EQ(share(2), 100U);
}

TEST_F(account_book_test, RL5_PR7_a_process_that_was_stopped_begins_anew) {
    share(1);
    now_ += lease_length;
    EXPECT_EQ(share(1), 0U) << "others may be promised what it had";
    now_ += 1s + arrival_grace;
    EXPECT_EQ(share(1), 100U);
}

TEST_F(account_book_test, RL5_the_share_of_a_process_that_has_ended_does_not_wait_for_its_lease) {
    share(1);
    now_ += 1s;
    const std::vector<process_id> ended{1};
    EXPECT_EQ(book_.exchange(of(2), {now_, noon}, ended).shares.at(0), 0U)
        << "what it has sent may arrive yet";
    now_ += arrival_grace + 1s - 1ms;
    EXPECT_EQ(share(2), 0U);
    now_ += 1ms;
    EXPECT_EQ(share(2), 100U);
}

TEST_F(account_book_test,
       RL5_PR7_what_a_stopped_process_has_sent_may_arrive_as_long_as_it_waits_for_a_reply) {
    auto slow = of(1);
    slow.longest_flight = 25s;
    ask(slow);
    const auto free_at = now_ + lease_length + 25s + arrival_grace + 1s;
    now_ = free_at - 1ms;
    EXPECT_EQ(share(2), 0U);
    now_ = free_at;
    EXPECT_EQ(share(2), 100U);
}

TEST_F(account_book_test, PR7_a_stopped_process_goes_on_with_what_nobody_else_has_got) {
    auto slow = of(1);
    slow.longest_flight = 25s;
    slow.limits.limits = {a_second, a_minute};
    slow.wanted_permits = 5;
    const auto block = ask(slow).block;
    slow.wanted_permits = 0;
    now_ += lease_length + 20s;
    EXPECT_EQ(ask(of(2)).targets.at(0), 100U) << "it is not there to share";
    EXPECT_EQ(ask(slow).shares.at(0), 100U);
    EXPECT_EQ(ask(of(2)).targets.at(0), 50U);
    slow.settled = {{block.id, 1, 0ns}};
    ask(slow);
    EXPECT_TRUE(book_.state().blocks.empty()) << "it has told in time";
}

TEST_F(account_book_test, a_process_that_leaves_gives_up_its_share_at_once_but_for_what_it_keeps) {
    share(1);
    auto asked = of(1);
    asked.kept = {30};
    asked.leaves_for = 500ms;
    ask(asked);
    EXPECT_EQ(share(2), 70U);
    now_ += 500ms;
    EXPECT_EQ(share(2), 100U);
}

TEST_F(account_book_test, a_limit_that_is_no_longer_in_force_cools_before_it_is_another_ones) {
    share(1);
    ask(of(1, {{50, 2s}}));
    EXPECT_EQ(share(2), 0U);
    now_ += 2s;
    share(1 + 2);  // keeps nobody's lease but its own
    EXPECT_EQ(share(2), 0U);
    now_ += 1s;
    EXPECT_EQ(share(2) + share(3), 100U);
}

TEST_F(account_book_test, the_smallest_of_several_limits_holds) {
    EXPECT_EQ(ask(of(1, {{20, 1s}})).shares.at(0), 20U);
    EXPECT_EQ(ask(of(2, {{100, 1s}})).targets.at(0), 10U);
}

TEST_F(account_book_test, a_block_is_no_more_than_a_second_nor_a_ten_thousandth_of_the_day) {
    EXPECT_EQ(want(1, 1000).block.count, 10U);
    EXPECT_EQ(want(1, 3).block.count, 3U);
    EXPECT_EQ(want(1, 1000, {}, {a_minute, a_day}).block.count, 5U);
    EXPECT_EQ(want(1, 1000, {}, {{500, 24h, true}}).block.count, 1U);
}

TEST_F(account_book_test, permits_come_free_one_window_after_they_were_settled) {
    std::vector<settled_block> open;
    for (int i = 0; i < 60; ++i) {
        const auto block = want(1, 10).block;
        ASSERT_EQ(block.count, 10U) << i;
        open.push_back({block.id, 10, 0ns});
    }
    open.back().used = 4;  // the rest comes back at once
    const auto given = want(1, 100, open);
    EXPECT_EQ(given.block.count, 6U);
    ASSERT_TRUE(given.next_permits_in);
    EXPECT_LE(*given.next_permits_in, 1s) << "its own block may come back";
    const auto none = want(1, 100, {{given.block.id, 6, 0ns}});
    EXPECT_EQ(none.block.count, 0U);
    EXPECT_GE(*none.next_permits_in, 60s);
    EXPECT_LE(*none.next_permits_in, 60s + 60ms);
    EXPECT_FALSE(none.day_resets_in);
    for (; now_ < 1h + 60s; now_ += 1s)
        EXPECT_EQ(want(1, 100).block.count, 0U);
    now_ += 60ms;
    EXPECT_EQ(want(1, 100).block.count, 10U);
}

TEST_F(account_book_test, RL5_a_dead_processes_block_counts_in_full) {
    const std::vector<rate_limit> ten{{10, 1min}};
    for (int i = 0; i < 10; ++i)
        ASSERT_EQ(want(1, 10, {}, ten).block.count, 1U);
    const auto free_at = now_ + lease_length + arrival_grace + 1min;
    now_ = free_at - 1ms;
    EXPECT_EQ(want(2, 10, {}, ten).block.count, 0U);
    now_ = free_at + 60ms;
    EXPECT_EQ(want(2, 10, {}, ten).block.count, 1U);
}

TEST_F(account_book_test, RL5_a_settlement_that_comes_too_late_gives_nothing_back) {
    const std::vector<rate_limit> two{{2, 1min}};
    const auto block = want(1, 1, {}, two).block;
    want(1, 1, {}, two);
    now_ += lease_length;
    EXPECT_EQ(want(1, 1, {{block.id, 0, 0ns}}, two).block.count, 0U);
}

TEST_F(account_book_test, RL6_a_block_that_is_out_at_midnight_counts_in_both_days) {
    const std::vector<rate_limit> two{{2, 24h, true}};
    auto first = want(1, 1, {}, two);
    now_ += 1s;
    const auto second = want(1, 1, {}, two).block;
    const auto spent = want(1, 1, {}, two);
    EXPECT_EQ(spent.block.count, 0U);
    EXPECT_FALSE(spent.day_resets_in) << "what is out may come back";
    const auto midnight = now_ + book_.state().days.at(0).resets_in({now_, noon + now_});
    while (now_ + 2s < midnight) {
        now_ += std::min<duration>(2s, midnight - now_ - 1s);
        EXPECT_EQ(want(1, 1, {}, two).block.count, 0U);
    }
    now_ = midnight;
    EXPECT_EQ(want(1, 1, {}, two).block.count, 0U) << "both may arrive today";
    const auto third = want(1, 1, {{first.block.id, 0, 0ns}}, two).block;
    EXPECT_EQ(third.count, 1U) << "one was not used";
    EXPECT_EQ(want(1, 1, {{second.id, 1, 0ns}, {third.id, 1, 0ns}}, two).block.count, 0U);
}

TEST_F(account_book_test, RL6_a_quota_is_spent_once_all_of_it_is_settled) {
    const std::vector<rate_limit> one{{1, 24h, true}};
    const auto block = want(1, 1, {}, one).block;
    const auto spent = want(1, 1, {{block.id, 1, 0ns}}, one);
    EXPECT_EQ(spent.block.count, 0U);
    EXPECT_EQ(spent.day_resets_in, book_.state().days.at(0).resets_in({now_, noon + now_}));
    EXPECT_EQ(spent.next_permits_in, spent.day_resets_in);
}

TEST_F(account_book_test, RL6_a_day_that_begins_at_another_hour_forgets_nothing) {
    const std::vector<rate_limit> one{{1, 24h, true}};
    const auto block = want(1, 1, {}, one).block;
    auto asked = of(1, one);
    asked.limits.day_starts = 3h;
    asked.wanted_permits = 1;
    asked.settled = {{block.id, 1, 0ns}};
    EXPECT_EQ(ask(asked).block.count, 0U);
}

TEST_F(account_book_test, who_waits_longer_comes_first) {
    const std::vector<rate_limit> one{{1, 1min}};
    const auto block = want(1, 1, {}, one).block;
    EXPECT_EQ(want(2, 1, {}, one).block.count, 0U);
    now_ += 1s;
    EXPECT_EQ(want(3, 1, {}, one).block.count, 0U);
    EXPECT_EQ(want(3, 1, {}, one).block.count, 0U);
    EXPECT_EQ(want(1, 1, {{block.id, 0, 0ns}}, one).block.count, 0U) << "it was not used, and others wait";
    EXPECT_EQ(want(3, 1, {}, one).block.count, 0U);
    EXPECT_EQ(want(2, 1, {}, one).block.count, 1U);
}

TEST_F(account_book_test, counts_outlive_the_processes_and_others_limits_count_too) {
    const auto block = want(1, 10).block;
    auto asked = of(1, {a_minute});
    asked.settled = {{block.id, 10, 0ns}};
    asked.leaves_for = 0ns;
    ask(asked);
    now_ += 30s;
    want(2, 10, {}, {{1'000, 5min}});
    ASSERT_EQ(book_.state().windows.size(), 2U);
    EXPECT_EQ(book_.state().windows.front().count(), 10U);
}

TEST_F(account_book_test, RL1_a_hold_is_the_accounts_and_the_longest_wins) {
    auto asked = of(1);
    asked.hold = 10s;
    EXPECT_EQ(ask(asked).hold, 10s);
    asked.process = 2;
    asked.hold = 4s;
    EXPECT_EQ(ask(asked).hold, 10s);
    now_ += 7s;
    EXPECT_EQ(ask(of(3)).hold, 3s);
    asked.hold = duration::max();
    EXPECT_EQ(ask(asked).hold, 48h);
}

TEST_F(account_book_test, a_found_rate_is_shared_by_those_who_are_busy) {
    auto asked = of(1);
    asked.found_rate = 150.0;
    EXPECT_EQ(ask(asked).found_rate, 150.0);
    EXPECT_EQ(ask(of(2)).found_rate, 75.0);
    auto idle = of(3);
    idle.is_busy = false;
    EXPECT_EQ(ask(of(2)).found_rate, 75.0);
    EXPECT_EQ(ask(idle).busy_processes, 3U) << "with itself: it may go on at any moment";
}

TEST_F(account_book_test, PR6_says_how_far_the_clock_is_behind) {
    ask(of(1));
    EXPECT_EQ(book_.exchange(of(1), {now_, noon + now_ - 1h}).clock_behind, 1h);
    EXPECT_EQ(ask(of(1)).clock_behind, 0s);
}

TEST_F(account_book_test, PR6_its_time_does_not_go_back) {
    share(1);
    const auto later = now_ + lease_length + 1s + arrival_grace;
    now_ = later;
    EXPECT_EQ(share(2), 100U);
    now_ = 1h;
    EXPECT_EQ(share(1), 0U);
    EXPECT_EQ(book_.state().now, later);
}

TEST_F(account_book_test, serials_are_given_once) {
    auto asked = of(1);
    asked.wanted_transids = 100;
    const auto first = ask(asked).transids;
    asked.process = 2;
    const auto second = ask(asked).transids;
    EXPECT_EQ(first.count, 100U);
    EXPECT_EQ(second.first_serial, first.first_serial + 100);
}

}  // namespace
}  // namespace cardresolver::dispatch::quota
