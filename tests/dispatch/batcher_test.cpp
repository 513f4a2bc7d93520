#include "dispatch/batcher.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace cardresolver::dispatch {
namespace {

using namespace std::chrono_literals;
using card::card_kind;

constexpr time_point start{1h};

class batcher_with_cards : public testing::Test {
protected:
    void add(card_kind kind, int count, time_point at = start) {
        for (int i = 0; i < count; ++i) {
            const auto slot =
                cards_.add(card::card_number(kind, std::to_string(1000 + next_)), next_, at).slot;
            ++next_;
            batcher_.add_new(kind, slot);
        }
    }
    void add_leftover(card_kind kind, time_point at = start) {
        const auto slot = cards_.add(card::card_number(kind, std::to_string(1000 + next_)), next_, at).slot;
        ++next_;
        batcher_.add_leftover(kind, slot);
    }
    time_point ready_at(batching_situation situation, time_point now = start) {
        return batcher_.ready_at(cards_, situation, now, kind_);
    }

    card_table cards_{1000};
    batcher batcher_{10, 1s};
    random_source random_{7};
    card_kind kind_ = card_kind::iccid;
    std::uint64_t next_ = 0;
};

TEST_F(batcher_with_cards, has_nothing_to_send_while_empty) {
    EXPECT_EQ(ready_at({true, true, true}), never);
}

TEST_F(batcher_with_cards, sends_a_full_request_at_once_and_a_partial_one_after_the_linger) {
    add(card_kind::imsi, 9);
    EXPECT_EQ(ready_at({}), start + 1s);
    EXPECT_EQ(ready_at({}, start + 2s), start + 2s);
    add(card_kind::imsi, 1);
    EXPECT_EQ(ready_at({}), start);
    EXPECT_EQ(kind_, card_kind::imsi);
}

TEST_F(batcher_with_cards, IN4_never_mixes_kinds_and_prefers_the_full_request) {
    add(card_kind::iccid, 5, start - 5s);
    add(card_kind::msisdn, 12);
    EXPECT_EQ(ready_at({}), start);
    EXPECT_EQ(kind_, card_kind::msisdn);
    std::vector<slot_id> taken;
    batcher_.take(kind_, taken, random_);
    EXPECT_EQ(taken.size(), 10U);
    for (const auto slot : taken)
        EXPECT_EQ(cards_[slot].number.kind(), card_kind::msisdn);
    EXPECT_EQ(ready_at({}), start) << "the ICCIDs have waited long enough";
    EXPECT_EQ(kind_, card_kind::iccid);
}

TEST_F(batcher_with_cards, sends_the_rest_at_the_end_of_the_input) {
    add(card_kind::iccid, 3);
    EXPECT_EQ(ready_at({true, false, false}), start);
}

TEST_F(batcher_with_cards, AP1_waits_for_more_leftovers_at_the_end_while_some_may_come) {
    add_leftover(card_kind::iccid);
    EXPECT_EQ(ready_at({true, false, false}), start + 1s);
    EXPECT_EQ(ready_at({true, false, true}), start);
}

TEST_F(batcher_with_cards, breaks_the_deadlock_of_a_blocked_intake) {
    add(card_kind::iccid, 3);
    EXPECT_EQ(ready_at({false, true, false}), start + 1s) << "a reply under way will let more cards in";
    EXPECT_EQ(ready_at({false, true, true}), start);
}

TEST_F(batcher_with_cards, asks_leftovers_first) {
    add(card_kind::iccid, 10);
    add_leftover(card_kind::iccid);
    std::vector<slot_id> taken;
    batcher_.take(card_kind::iccid, taken, random_);
    EXPECT_TRUE(
        std::any_of(taken.begin(), taken.end(), [this](slot_id slot) { return cards_[slot].line == 10; }));
    EXPECT_EQ(taken.size(), 10U);
    EXPECT_EQ(batcher_.backlog(), 1U);
}

TEST_F(batcher_with_cards, AP1_a_leftover_stands_first_by_chance_alone) {
    std::set<std::size_t> places;
    for (int i = 0; i < 200; ++i) {
        add(card_kind::iccid, 9);
        add_leftover(card_kind::iccid);
        const auto leftover_line = next_ - 1;
        std::vector<slot_id> taken;
        batcher_.take(card_kind::iccid, taken, random_);
        const auto at = std::find_if(taken.begin(), taken.end(),
                                     [&](slot_id slot) { return cards_[slot].line == leftover_line; });
        places.insert(static_cast<std::size_t>(at - taken.begin()));
        for (const auto slot : taken)
            cards_.release(slot);
    }
    EXPECT_EQ(places.size(), 10U) << "everywhere";
}

TEST_F(batcher_with_cards, AP8_makes_smaller_requests_once_told_to) {
    add(card_kind::iccid, 10);
    batcher_.limit_batch_size(4);
    batcher_.limit_batch_size(50);
    EXPECT_EQ(batcher_.backlog(), 3U);
    std::vector<slot_id> taken;
    batcher_.take(card_kind::iccid, taken, random_);
    EXPECT_EQ(taken.size(), 4U);
    batcher_.limit_batch_size(0);
    EXPECT_EQ(batcher_.batch_size(), 1U);
}

}  // namespace
}  // namespace cardresolver::dispatch
