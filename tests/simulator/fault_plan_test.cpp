#include "simulator/fault_plan.hpp"

#include "simulator/hashing.hpp"
#include "simulator/simulator.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <string>

namespace cardresolver::simulator {
namespace {

TEST(fault_plan, has_the_names_of_the_command_line) {
    const auto& names = fault_names();
    ASSERT_EQ(names.size(), fault_count);
    EXPECT_EQ(names.front(), "poison");
    EXPECT_EQ(names.back(), "upper-keys");
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_EQ(to_string(static_cast<fault>(i)), names[i]);
    }
}

TEST(fault_plan, refuses_unknown_names_and_impossible_probabilities) {
    EXPECT_THROW(fault_plan(1, {{"posion", 0.5}}), std::runtime_error);
    EXPECT_THROW(fault_plan(1, {{"poison", 1.1}}), std::runtime_error);
    EXPECT_THROW(fault_plan(1, {{"poison", -0.1}}), std::runtime_error);
    EXPECT_THROW(fault_plan(1, {{"poison", std::numeric_limits<double>::quiet_NaN()}}), std::runtime_error);
}

TEST(fault_plan, repeats_itself_for_a_seed_and_differs_between_seeds_and_faults) {
    const fault_plan one(7, {{"poison", 0.5}, {"foreign", 0.5}});
    const fault_plan again(7, {{"foreign", 0.5}, {"poison", 0.5}});
    const fault_plan other(8, {{"poison", 0.5}});
    int differ_by_seed = 0;
    int differ_by_fault = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto card = "card " + std::to_string(i);
        const bool strikes = one.strikes(fault::poison, card);
        EXPECT_EQ(strikes, again.strikes(fault::poison, card));
        differ_by_seed += strikes != other.strikes(fault::poison, card) ? 1 : 0;
        differ_by_fault += strikes != one.strikes(fault::foreign, card) ? 1 : 0;
    }
    EXPECT_GT(differ_by_seed, 400);
    EXPECT_GT(differ_by_fault, 400);
}

TEST(fault_plan, strikes_as_often_as_its_probability_says) {
    const fault_plan plan(3, {{"busy", 0.1}, {"html", 0}, {"reset", 1}});
    int struck = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto key = std::to_string(10'000'000 + i);
        struck += plan.strikes(fault::busy, key) ? 1 : 0;
        EXPECT_FALSE(plan.strikes(fault::html, key));
        EXPECT_TRUE(plan.strikes(fault::reset, key));
    }
    EXPECT_NEAR(struck, 2000, 200);
    EXPECT_FALSE(plan.is_possible(fault::html));
    EXPECT_FALSE(plan.is_possible(fault::stall));
    EXPECT_TRUE(plan.is_possible(fault::busy));
}

TEST(fault_plan, draws_as_its_documentation_says) {
    const std::string card = "898602B2221430000006";
    const double draw =
        static_cast<double>(mix(fnv1a("poison:" + card) + mix(42)) >> 11U) / 9007199254740992.0;
    EXPECT_FALSE(fault_plan(42, {{"poison", draw}}).strikes(fault::poison, card));
    EXPECT_TRUE(fault_plan(42, {{"poison", draw + 1e-9}}).strikes(fault::poison, card));
}

TEST(fault_plan, chooses_within_bounds) {
    const fault_plan plan(1, {});
    for (int i = 0; i < 100; ++i) {
        EXPECT_LT(plan.choose(fault::missing_item, std::to_string(i), 7), 7U);
        const auto share = plan.fraction("jitter", std::to_string(i));
        EXPECT_GE(share, 0);
        EXPECT_LT(share, 1);
    }
}

TEST(fault_plan, lets_the_last_of_a_repeated_name_hold) {
    EXPECT_FALSE(fault_plan(1, {{"busy", 1.0}, {"busy", 0.0}}).is_possible(fault::busy));
}

}  // namespace
}  // namespace cardresolver::simulator
