#include "ledger/book_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace cardresolver::ledger {
namespace {

using namespace std::chrono_literals;
using namespace dispatch::quota;

/// With a value of its own in every field.
stored_book full_book() {
    stored_book book;
    book.clocks = {"boot 7", 1h + 1ns, std::chrono::system_clock::time_point(1'790'000'000s), 3s};
    auto& state = book.state;
    state.now = 3h;
    state.latest_wall = std::chrono::system_clock::time_point(1'790'000'001s);
    state.members = {{std::numeric_limits<process_id>::max(),
                      3h + 3s,
                      25s,
                      77,
                      false,
                      {{50, 1s}, {100, 24h, true}},
                      90min,
                      true,
                      2h},
                     {5, 3h, 0s, 0, true, {}, 0min, false, std::nullopt}};
    state.shares = {{1s, {{5, 20}, {6, 30}}, {{4h, 7}}}, {10s, {}, {}}};
    state.windows = {{5min, {{36'000, 4}, {36'001, 1}}}};
    state.days = {{90min, 20'000, 1h, 25h, 24h, 2h, 40, 3}};
    state.blocks = {{5, 17, 6, 0ns}, {0, 18, 2, 3h + 5s}};
    state.blocks_granted = 18;
    state.hold_until = 3h + 1min;
    state.found_rate = 133.7;
    state.transids = {123'456'789'012, 77, 1'790'000'002};
    return book;
}

TEST(book_text, comes_back_as_it_was) {
    for (const auto& book : {stored_book(), full_book()}) {
        const auto read = read_book(write_book(book));
        ASSERT_TRUE(read);
        EXPECT_EQ(*read, book);
    }
}

TEST(book_text, any_changed_or_missing_byte_is_found_out) {
    const auto text = write_book(full_book());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto changed = text;
        changed[i] = changed[i] == '1' ? '2' : '1';
        EXPECT_FALSE(read_book(changed)) << i;
        EXPECT_FALSE(read_book(text.substr(0, i))) << i;
    }
}

}  // namespace
}  // namespace cardresolver::ledger
