// The thread that keeps the event loop from waiting for the disk: one exchange at a time.
#pragma once

#include "ledger/quota_ledger.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

namespace cardresolver::ledger {

using exchange_answer = std::variant<dispatch::quota::grant, ledger_error>;

/// Its owner is one other thread.
class ledger_thread {
public:
    /// `notify` is called on the thread after each exchange.
    ledger_thread(std::unique_ptr<quota_ledger> ledger, std::function<void()> notify);
    /// Waits for no exchange: one that hangs is left alone, and `notify` is not called any more.
    ~ledger_thread();
    ledger_thread(const ledger_thread&) = delete;
    ledger_thread& operator=(const ledger_thread&) = delete;

    /// Only while not `is_asking`.
    void ask(dispatch::quota::request asked);
    /// From `ask` until its answer is taken.
    bool is_asking() const;
    /// Of the exchange that was asked for, once it is there.
    std::optional<exchange_answer> take_answer();

    /// The last exchange, behind one that is under way, whose answer is dropped. Blocks for `at_most`; false
    /// where it has not taken place by then.
    bool leave(dispatch::quota::request asked, std::chrono::milliseconds at_most);

private:
    struct shared_state;
    std::shared_ptr<shared_state> state_;
};

}  // namespace cardresolver::ledger
