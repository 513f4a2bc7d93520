#include "dispatch/slot_queue.hpp"

#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace cardresolver::dispatch {
namespace {

TEST(slot_queue, agrees_with_a_deque_while_it_grows_and_wraps) {
    constexpr std::uint64_t seed = 20'261'126;
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    slot_queue queue;
    std::deque<slot_id> expected;
    std::vector<slot_id> taken;
    for (slot_id next = 0; next < 100'000;) {
        const auto most = next < 50'000 ? 400U : 150U;
        for (auto count = random.next() % most; count-- > 0; ++next) {
            queue.push(next);
            expected.push_back(next);
        }
        ASSERT_EQ(queue.size(), expected.size());
        taken.clear();
        queue.move_to(taken, random.next() % 300);
        for (const auto slot : taken) {
            ASSERT_EQ(slot, expected.front());
            expected.pop_front();
        }
        ASSERT_EQ(queue.is_empty(), expected.empty());
        if (!expected.empty()) {
            ASSERT_EQ(queue.front(), expected.front());
        }
    }
}

}  // namespace
}  // namespace cardresolver::dispatch
