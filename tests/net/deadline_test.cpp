#include "net/deadline.hpp"

#include <gtest/gtest.h>

namespace cardresolver::net {
namespace {

using namespace std::chrono_literals;
using clock = deadline::clock;

TEST(deadline, fires_once_when_it_has_passed) {
    asio::io_context context;
    int fired = 0;
    deadline limit(context.get_executor(), [&] { ++fired; });
    limit.arm(clock::now() - 1s);
    context.run();
    EXPECT_EQ(fired, 1);
}

TEST(deadline, does_not_fire_when_disarmed) {
    asio::io_context context;
    int fired = 0;
    deadline limit(context.get_executor(), [&] { ++fired; });
    limit.arm(clock::now() + 2ms);
    limit.disarm();
    context.run();
    EXPECT_EQ(fired, 0);
}

TEST(deadline, lets_the_loop_run_dry_when_cancelled) {
    asio::io_context context;
    deadline limit(context.get_executor(), [] { FAIL(); });
    limit.arm(clock::now() + 24h);
    limit.cancel();
    context.run();
}

TEST(deadline, a_later_one_replaces_an_earlier_one) {
    asio::io_context context;
    clock::time_point fired;
    deadline limit(context.get_executor(), [&] { fired = clock::now(); });
    limit.arm(clock::now() + 1ms);
    const auto due = clock::now() + 20ms;
    limit.arm(due);
    context.run();
    EXPECT_GE(fired, due);
}

TEST(deadline, an_earlier_one_replaces_a_later_one) {
    asio::io_context context;
    int fired = 0;
    deadline limit(context.get_executor(), [&] { ++fired; });
    limit.arm(clock::now() + 24h);
    limit.arm(clock::now() - 1ms);
    context.run();
    EXPECT_EQ(fired, 1);
}

TEST(deadline, an_expiry_already_queued_is_not_taken_for_the_next_deadline) {
    asio::io_context context;
    int fired = 0;
    deadline limit(context.get_executor(), [&] { ++fired; });
    limit.arm(clock::now() - 1ms);
    limit.cancel();
    limit.arm(clock::now() + 24h);
    context.poll();
    EXPECT_EQ(fired, 0);
}

TEST(deadline, calls_nobody_after_its_end) {
    asio::io_context context;
    {
        deadline limit(context.get_executor(), [] { FAIL(); });
        limit.arm(clock::now() - 1s);
    }
    context.run();
}

TEST(deadline, may_be_armed_again_from_its_own_callback) {
    asio::io_context context;
    int fired = 0;
    std::unique_ptr<deadline> limit;
    limit = std::make_unique<deadline>(context.get_executor(), [&] {
        if (++fired < 3) limit->arm(clock::now());
    });
    limit->arm(clock::now());
    context.run();
    EXPECT_EQ(fired, 3);
}

}  // namespace
}  // namespace cardresolver::net
