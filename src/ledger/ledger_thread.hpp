// Exchanges with the ledger beside the event loop: a disk that is slow holds nobody up.
#pragma once

#include "ledger/quota_ledger.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cardresolver::ledger {

/// One exchange at a time. Its owner is one other thread. What passes (a lock, a full disk) is tried again until
/// it has passed; any other error ends the exchanges.
class ledger_thread {
public:
    /// `notify` is called on the thread after each answer, an error, and news of a wait.
    ledger_thread(std::unique_ptr<quota_ledger> ledger, std::function<void()> notify);
    /// Waits for the exchange under way.
    ~ledger_thread();
    ledger_thread(const ledger_thread&) = delete;
    ledger_thread& operator=(const ledger_thread&) = delete;

    /// Only when the last request was answered.
    void ask(dispatch::quota::request request);
    /// The answer to the last request, once.
    std::optional<dispatch::quota::grant> take_answer();
    std::optional<ledger_error> error() const;
    /// What it waits for, as the beginning of a sentence; empty where it does not wait.
    std::string waits_for() const;

    /// The last word of a process. It is not waited for longer than this: a lease ends by itself.
    void leave(dispatch::quota::request request, std::chrono::milliseconds at_most);

private:
    struct shared_state;
    std::unique_ptr<shared_state> state_;
};

}  // namespace cardresolver::ledger
