#include "run/failure_limit.hpp"

#include <gtest/gtest.h>

#include <array>

namespace cardresolver::run {
namespace {

TEST(failure_limit, is_reached_by_so_many_cards_or_by_such_a_share) {
    struct row {
        failure_limit limit;
        std::uint64_t failed;
        std::uint64_t finished;
        bool is_reached;
    };
    constexpr auto one_card = failure_limit::count(1);
    constexpr auto ten_cards = failure_limit::count(10);
    constexpr auto five_percent = failure_limit::share(50'000);
    constexpr auto smallest = failure_limit::share(1);
    constexpr auto all = failure_limit::share(1'000'000);
    constexpr std::array rows{
        row{one_card, 0, 0, false},
        row{one_card, 0, 1'000'000, false},
        row{one_card, 1, 1, true},
        row{ten_cards, 9, 9, false},
        row{ten_cards, 10, 1'000'000, true},
        row{ten_cards, 11, 11, true},
        row{five_percent, 0, 0, false},
        row{five_percent, 999, 999, false},  // too few to tell
        row{five_percent, 49, 1'000, false},
        row{five_percent, 50, 1'000, true},
        row{five_percent, 999, 1'000, true},
        row{five_percent, 50, 1'001, false},
        row{smallest, 1, 1'000'000, true},
        row{smallest, 1, 1'000'001, false},
        row{smallest, 0, 1'000, false},
        row{all, 999, 1'000, false},
        row{all, 1'000, 1'000, true},
        row{five_percent, 50'000'000'000, 1'000'000'000'000, true},
        row{five_percent, 49'999'999'999, 1'000'000'000'000, false},
    };
    for (const auto& one : rows)
        EXPECT_EQ(one.limit.is_reached(one.failed, one.finished), one.is_reached)
            << one.failed << " of " << one.finished;
}

}  // namespace
}  // namespace cardresolver::run
