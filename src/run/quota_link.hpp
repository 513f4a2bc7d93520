// Between the dispatcher, which needs grants, and the account's ledger, which gives them.
#pragma once

#include "carrier/transid.hpp"
#include "dispatch/dispatcher.hpp"
#include "ledger/ledger_thread.hpp"
#include "run/steady_timer.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cardresolver::run {

struct settings;

/// The ledger that a run's settings name: the account's in the state directory, or one that ends with the process.
/// Throws `ledger::ledger_error`.
std::unique_ptr<ledger::quota_ledger> open_ledger(const settings& settings, std::uint64_t random);

/// Event-loop thread only.
class quota_link {
public:
    /// All references outlive it. `on_progress` is called on the event loop after a grant, an error, news of a wait,
    /// and when something is due.
    quota_link(net::asio::io_context& context, dispatch::dispatcher& dispatcher, carrier::transid_sequence& transids,
               std::unique_ptr<ledger::quota_ledger> ledger, std::function<void()> on_progress);

    /// Hands over what was granted, and asks for more where it is time. To be called after every event.
    void tend();
    /// Gives back what is not used. Nothing may be in flight.
    void leave();

    std::optional<ledger::ledger_error> error() const { return thread_.error(); }
    /// What the ledger waits for, as the beginning of a sentence; empty where it does not wait.
    std::string waits_for() const { return thread_.waits_for(); }
    /// How far the wall clock was behind itself at the last exchange.
    std::chrono::seconds clock_behind() const noexcept { return clock_behind_; }

private:
    void notice_suspend();
    void take_answer(dispatch::time_point now);
    void wake_at(dispatch::time_point at);

    dispatch::dispatcher& dispatcher_;
    carrier::transid_sequence& transids_;
    std::function<void()> on_progress_;
    steady_timer timer_;
    dispatch::time_point timer_at_ = dispatch::never;
    std::chrono::nanoseconds slept_;  ///< since the machine has started
    std::chrono::seconds clock_behind_{};
    ledger::ledger_thread thread_;
};

}  // namespace cardresolver::run
