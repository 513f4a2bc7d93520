#include "ledger/ledger_thread.hpp"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace cardresolver::ledger {
namespace {

using namespace std::chrono_literals;

/// Exchanges take as long as the test wants.
struct slow_ledger final : quota_ledger {
    explicit slow_ledger(std::shared_future<void> go_on, std::vector<std::uint64_t>& seen)
        : may_go_on(std::move(go_on)), processes(seen) {}
    dispatch::quota::grant exchange(const dispatch::quota::request& asked) override {
        may_go_on.wait();
        processes.push_back(asked.process);
        if (asked.process == 13) throw ledger_error(ledger_error::error_kind::passing, "locked");
        dispatch::quota::grant given;
        given.busy_processes = asked.process;
        return given;
    }
    std::shared_future<void> may_go_on;
    std::vector<std::uint64_t>& processes;
};

dispatch::quota::request request_of(std::uint64_t process) {
    dispatch::quota::request asked;
    asked.process = process;
    return asked;
}

class ledger_thread_test : public testing::Test {
protected:
    exchange_answer ask(ledger_thread& thread, std::uint64_t process) {
        std::promise<void> done;
        notify_ = [&done] { done.set_value(); };
        thread.ask(request_of(process));
        done.get_future().wait();
        EXPECT_TRUE(thread.is_asking()) << "until the answer is taken";
        return *thread.take_answer();
    }

    std::promise<void> gate_;
    std::vector<std::uint64_t> processes_;
    std::function<void()> notify_ = [] {};
    std::unique_ptr<quota_ledger> slow_ =
        std::make_unique<slow_ledger>(gate_.get_future().share(), processes_);
};

TEST_F(ledger_thread_test, hands_back_grants_and_errors) {
    gate_.set_value();
    ledger_thread thread(std::move(slow_), [this] { notify_(); });
    EXPECT_FALSE(thread.take_answer());
    EXPECT_EQ(std::get<dispatch::quota::grant>(ask(thread, 7)).busy_processes, 7U);
    EXPECT_FALSE(thread.is_asking());
    EXPECT_TRUE(std::get<ledger_error>(ask(thread, 13)).is_passing());
    EXPECT_EQ(std::get<dispatch::quota::grant>(ask(thread, 8)).busy_processes, 8U);
}

TEST_F(ledger_thread_test, leaves_behind_the_exchange_that_is_under_way) {
    ledger_thread thread(std::move(slow_), [] {});
    thread.ask(request_of(1));
    EXPECT_FALSE(thread.leave(request_of(2), 1ms)) << "the first one hangs";
    gate_.set_value();
    EXPECT_TRUE(thread.leave(request_of(3), 1min));
    EXPECT_EQ(processes_, (std::vector<std::uint64_t>{1, 3}));
}

TEST_F(ledger_thread_test, says_when_leaving_has_failed) {
    gate_.set_value();
    ledger_thread thread(std::move(slow_), [] {});
    EXPECT_FALSE(thread.leave(request_of(13), 1min));
}

TEST_F(ledger_thread_test, ends_while_an_exchange_hangs) {
    std::promise<void> gone;
    auto is_gone = gone.get_future();
    struct watched final : quota_ledger {
        watched(std::shared_future<void> go_on, std::promise<void>& entered, std::promise<void>&& end)
            : may_go_on(std::move(go_on)), has_entered(entered), ended(std::move(end)) {}
        ~watched() override { ended.set_value(); }
        dispatch::quota::grant exchange(const dispatch::quota::request& /*asked*/) override {
            has_entered.set_value();
            may_go_on.wait();
            return {};
        }
        std::shared_future<void> may_go_on;
        std::promise<void>& has_entered;
        std::promise<void> ended;
    };
    std::promise<void> gate;
    std::promise<void> entered;
    {
        ledger_thread thread(std::make_unique<watched>(gate.get_future().share(), entered, std::move(gone)),
                             [] { ADD_FAILURE() << "nobody is there to be told"; });
        thread.ask(request_of(1));
        entered.get_future().wait();
    }
    gate.set_value();
    is_gone.wait();  // and the ledger goes with the thread
}

}  // namespace
}  // namespace cardresolver::ledger
