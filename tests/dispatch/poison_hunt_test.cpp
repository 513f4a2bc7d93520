#include "dispatch/poison_hunt.hpp"

#include "dispatch/hunting.hpp"
#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <string>

namespace cardresolver::dispatch {
namespace {

constexpr std::size_t batch_size = 100;

std::vector<slot_id> all_slots() {
    std::vector<slot_id> slots(batch_size);
    std::iota(slots.begin(), slots.end(), slot_id{0});
    return slots;
}

struct hunt_result {
    unsigned requests;
    std::set<slot_id> condemned;  ///< asked alone, and refused
    std::set<slot_id> cleared;
};

/// Plays the carrier: a group with one of `bad` in it is refused.
hunt_result play(const std::set<slot_id>& bad) {
    poison_hunt hunt(hunt_cause::refused, all_slots());
    hunt_result result{1, {}, {}};
    while (hunt.has_group()) {
        auto group = hunt.take_group();
        ++result.requests;
        const bool is_refused =
            std::any_of(group.begin(), group.end(), [&](slot_id slot) { return bad.contains(slot); });
        if (!is_refused) {
            result.cleared.insert(group.begin(), group.end());
            hunt.on_clean();
        } else if (group.size() == 1) {
            result.condemned.insert(group.front());
            hunt.on_refused({});
        } else {
            hunt.on_refused(std::move(group));
        }
    }
    EXPECT_TRUE(hunt.is_done());
    EXPECT_EQ(hunt.requests(), result.requests);
    return result;
}

std::set<slot_id> draw(std::size_t count, random_source& random) {
    std::set<slot_id> bad;
    while (bad.size() < count)
        bad.insert(static_cast<slot_id>(random.next() % batch_size));
    return bad;
}

TEST(poison_hunt, AP7_finds_one_bad_card_wherever_it_stands_in_ten_requests) {
    unsigned sum = 0;
    for (slot_id position = 0; position < batch_size; ++position) {
        const auto result = play({position});
        EXPECT_EQ(result.condemned, std::set<slot_id>{position});
        EXPECT_EQ(result.cleared.size(), batch_size - 1);
        EXPECT_LE(result.requests, 10U) << position;
        sum += result.requests;
    }
    EXPECT_LE(sum, 910U) << "9.1 on average";
}

TEST(poison_hunt, AP7_finds_two_bad_cards_in_23_requests) {
    for (slot_id first = 0; first < batch_size; ++first) {
        for (slot_id second = first + 1; second < batch_size; ++second)
            ASSERT_LE(play({first, second}).requests, 23U) << first << " " << second;
    }
}

TEST(poison_hunt, AP7_finds_any_pattern_in_122_requests) {
    constexpr std::uint64_t seed = 20'260'303;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    for (std::size_t count = 1; count <= batch_size; ++count) {
        for (int round = 0; round < 50; ++round) {
            const auto bad = draw(count, random);
            const auto result = play(bad);
            ASSERT_EQ(result.condemned, bad) << "each by the carrier's own word";
            ASSERT_EQ(result.cleared.size(), batch_size - count);
            ASSERT_LE(result.requests, 122U) << count << " bad cards";
        }
    }
}

TEST(poison_hunt, AP7_finds_the_patterns_that_are_worst_for_halving) {
    std::set<slot_id> every_other;
    std::set<slot_id> ends;
    for (slot_id slot = 0; slot < batch_size; slot += 2)
        every_other.insert(slot);
    for (slot_id slot = 0; slot < 10; ++slot) {
        ends.insert(slot);
        ends.insert(static_cast<slot_id>(batch_size - 1 - slot));
    }
    for (const auto& bad : {every_other, ends})
        EXPECT_LE(play(bad).requests, 122U);
}

TEST(poison_hunt, asks_again_for_what_a_withdrawn_group_has_left_unknown) {
    poison_hunt hunt(hunt_cause::refused, {1, 2, 3, 4});
    EXPECT_EQ(hunt.take_group(), (std::vector<slot_id>{1, 2}));
    hunt.on_withdrawn();
    EXPECT_EQ(hunt.take_group(), (std::vector<slot_id>{3, 4})) << "no longer known to hold a bad card";
    hunt.on_clean();
    EXPECT_TRUE(hunt.is_done());
}

TEST(poison_hunt, has_one_group_under_way_until_it_asks_card_by_card) {
    poison_hunt hunt(hunt_cause::refused, all_slots());
    while (hunt.requests() < 34) {
        auto group = hunt.take_group();
        EXPECT_FALSE(hunt.has_group());
        group.size() == 1 ? hunt.on_refused({}) : hunt.on_refused(std::move(group));
    }
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(hunt.take_group().size(), 1U);
    EXPECT_TRUE(hunt.has_group());
    EXPECT_FALSE(hunt.is_done());
}

TEST(hunting, takes_a_tenth_of_the_requests_while_other_work_waits) {
    hunting all;
    for (int i = 0; i < 20; ++i)
        all.begin(hunt_cause::refused, all_slots(), 0);
    unsigned hunts = 0;
    for (int request = 0; request < 100; ++request) {
        if (all.may_go_first()) {
            all.take();
            ++hunts;
        } else {
            all.on_other_sent();
        }
    }
    EXPECT_EQ(hunts, 10U);
}

TEST(hunting, saves_up_no_more_than_one_request) {
    hunting all;
    all.begin(hunt_cause::refused, all_slots(), 0);
    all.begin(hunt_cause::failing, all_slots(), 0);
    for (int i = 0; i < 1000; ++i)
        all.on_other_sent();
    ASSERT_TRUE(all.may_go_first());
    all.take();
    EXPECT_FALSE(all.may_go_first());
    EXPECT_TRUE(all.has_group());
}

TEST(hunting, forgets_hunts_that_are_done) {
    hunting all;
    all.begin(hunt_cause::refused, {1, 2}, 0);
    const auto first = all.take();
    all.on_refused(first.hunt, {});
    const auto second = all.take();
    EXPECT_EQ(second.group, std::vector<slot_id>{2});
    all.on_clean(second.hunt);
    EXPECT_EQ(all.size(), 0U);
    EXPECT_FALSE(all.has_group());
    all.begin(hunt_cause::failing, {3, 4}, 0);
    EXPECT_EQ(all.cause_of(all.take().hunt), hunt_cause::failing);
}

}  // namespace
}  // namespace cardresolver::dispatch
