#include "ledger/ledger_thread.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace cardresolver::ledger {

struct ledger_thread::shared_state {
    std::unique_ptr<quota_ledger> ledger;  // of the thread alone
    std::mutex notifying;                  // held while `notify` runs, and to take it away
    std::function<void()> notify;

    std::mutex mutex;
    std::condition_variable changed;
    std::optional<dispatch::quota::request> asked;
    bool is_asking = false;
    std::optional<exchange_answer> answer;
    std::atomic<bool> may_have_answer = false;  // where not, nobody needs the mutex to see that
    bool is_exchanging = false;
    bool abandoned = false;
    std::thread thread;

    exchange_answer exchange(const dispatch::quota::request& what) {
        if (!ledger) return ledger_error(ledger_error::error_kind::io, "the account's ledger is closed");
        try {
            return ledger->exchange(what);
        } catch (const ledger_error& fault) {
            return fault;
        } catch (const std::exception& fault) {
            return ledger_error(ledger_error::error_kind::io, fault.what());
        }
    }

    std::optional<dispatch::quota::request> wait_for_request() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return abandoned || asked; });
        if (abandoned) return std::nullopt;
        is_exchanging = true;
        return std::exchange(asked, std::nullopt);
    }

    void run() {
        while (const auto next = wait_for_request()) {
            auto result = exchange(*next);
            // Closed before the process ends, which may be at once.
            if (next->leaves_for) ledger.reset();
            {
                const std::lock_guard lock(mutex);
                answer = std::move(result);
                may_have_answer = true;
                is_exchanging = false;
            }
            changed.notify_all();
            const std::lock_guard lock(notifying);
            if (notify) notify();
        }
    }
};

ledger_thread::ledger_thread(std::unique_ptr<quota_ledger> ledger, std::function<void()> notify)
    : state_(std::make_shared<shared_state>()) {
    state_->ledger = std::move(ledger);
    state_->notify = std::move(notify);
    state_->thread = std::thread([state = state_] { state->run(); });
}

ledger_thread::~ledger_thread() {
    {
        const std::lock_guard lock(state_->notifying);
        state_->notify = nullptr;
    }
    bool hangs = false;
    {
        const std::lock_guard lock(state_->mutex);
        state_->abandoned = true;
        hangs = state_->is_exchanging;
    }
    state_->changed.notify_all();
    // In the file system, perhaps: it has all that it needs, and ends by itself.
    if (hangs) {
        state_->thread.detach();
    } else {
        state_->thread.join();
    }
}

void ledger_thread::ask(dispatch::quota::request asked) {
    {
        const std::lock_guard lock(state_->mutex);
        state_->asked = std::move(asked);
        state_->is_asking = true;
    }
    state_->changed.notify_all();
}

bool ledger_thread::is_asking() const {
    const std::lock_guard lock(state_->mutex);
    return state_->is_asking;
}

std::optional<exchange_answer> ledger_thread::take_answer() {
    if (!state_->may_have_answer) return std::nullopt;
    const std::lock_guard lock(state_->mutex);
    state_->may_have_answer = false;
    if (state_->answer) state_->is_asking = false;
    return std::exchange(state_->answer, std::nullopt);
}

bool ledger_thread::leave(dispatch::quota::request asked, std::chrono::milliseconds at_most) {
    const auto until = std::chrono::steady_clock::now() + at_most;
    std::unique_lock lock(state_->mutex);
    const auto has_answer = [this] { return state_->answer.has_value(); };
    if (state_->is_asking && !state_->changed.wait_until(lock, until, has_answer)) return false;
    state_->answer.reset();
    state_->asked = std::move(asked);
    state_->is_asking = true;
    state_->changed.notify_all();
    if (!state_->changed.wait_until(lock, until, has_answer)) return false;
    state_->is_asking = false;
    const auto answer = std::exchange(state_->answer, std::nullopt);
    return std::holds_alternative<dispatch::quota::grant>(*answer);
}

}  // namespace cardresolver::ledger
