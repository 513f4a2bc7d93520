#include "ledger/ledger_thread.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace cardresolver::ledger {
namespace {

/// Between two tries of an exchange that waits.
constexpr std::chrono::milliseconds pause{500};

}  // namespace

struct ledger_thread::shared_state {
    void run() {
        std::unique_lock lock(mutex);
        while (true) {
            changed.wait(lock, [this] { return is_over || request; });
            if (is_over) return;
            const auto asked = *request;
            lock.unlock();
            exchange(asked);
            lock.lock();
        }
    }

    void exchange(const dispatch::quota::request& asked) {
        try {
            auto granted = ledger->exchange(asked);
            const std::lock_guard guard(mutex);
            answer = std::move(granted);
            waiting_for.clear();
            request.reset();
        } catch (const ledger_error& fault) {
            std::unique_lock lock(mutex);
            if (fault.kind == ledger_error::error_kind::passing) {
                waiting_for = fault.what();
                lock.unlock();
                notify();
                lock.lock();
                changed.wait_for(lock, pause, [this] { return is_over; });
                return;
            }
            failed = fault;
            request.reset();
        }
        changed.notify_all();
        notify();
    }

    std::unique_ptr<quota_ledger> ledger;
    std::function<void()> notify;
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::optional<dispatch::quota::request> request;  ///< under way
    std::optional<dispatch::quota::grant> answer;
    std::optional<ledger_error> failed;
    std::string waiting_for;
    bool is_over = false;
    std::thread thread;
};

ledger_thread::ledger_thread(std::unique_ptr<quota_ledger> ledger, std::function<void()> notify)
    : state_(std::make_unique<shared_state>()) {
    state_->ledger = std::move(ledger);
    state_->notify = std::move(notify);
    state_->thread = std::thread([state = state_.get()] { state->run(); });
}

ledger_thread::~ledger_thread() {
    {
        const std::lock_guard guard(state_->mutex);
        state_->is_over = true;
    }
    state_->changed.notify_all();
    state_->thread.join();
}

void ledger_thread::ask(dispatch::quota::request request) {
    {
        const std::lock_guard guard(state_->mutex);
        if (state_->failed) return;
        state_->request = std::move(request);
    }
    state_->changed.notify_all();
}

std::optional<dispatch::quota::grant> ledger_thread::take_answer() {
    const std::lock_guard guard(state_->mutex);
    return std::exchange(state_->answer, std::nullopt);
}

std::optional<ledger_error> ledger_thread::error() const {
    const std::lock_guard guard(state_->mutex);
    return state_->failed;
}

std::string ledger_thread::waits_for() const {
    const std::lock_guard guard(state_->mutex);
    return state_->waiting_for;
}

void ledger_thread::leave(dispatch::quota::request request, std::chrono::milliseconds at_most) {
    const auto until = std::chrono::steady_clock::now() + at_most;
    const auto is_idle = [this] { return !state_->request; };
    std::unique_lock lock(state_->mutex);
    if (!state_->changed.wait_until(lock, until, is_idle) || state_->failed) return;
    state_->request = std::move(request);
    state_->changed.notify_all();
    state_->changed.wait_until(lock, until, is_idle);
}

}  // namespace cardresolver::ledger
