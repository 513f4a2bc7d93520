// Between the dispatcher, which needs grants, and the account's ledger, which gives them.
#pragma once

#include "carrier/transid.hpp"
#include "dispatch/dispatcher.hpp"
#include "ledger/ledger_thread.hpp"
#include "run/earliest_timer.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cardresolver::run {

struct settings;

/// The ledger that a run's settings name: the account's in the state directory, or one that ends with the
/// process. Throws `ledger::ledger_error`.
std::unique_ptr<ledger::quota_ledger> open_ledger(const settings& settings, std::uint64_t random);

/// Event-loop thread only.
class quota_link {
public:
    /// All references outlive it. `on_progress` is called on the event loop after a grant, an error, news of
    /// a wait, and when something is due.
    quota_link(net::asio::io_context& context, dispatch::dispatcher& dispatcher,
               carrier::transid_sequence& transids, std::unique_ptr<ledger::quota_ledger> ledger,
               std::function<void()> on_progress);

    /// Hands over what was granted, and asks for more where it is time. To be called after every event.
    void tend();
    /// Gives back what is not used. Nothing may be in flight.
    void leave();

    /// The ledger cannot be used any more.
    const std::optional<ledger::ledger_error>& error() const noexcept { return error_; }
    /// What the ledger waits for, as the beginning of a sentence; empty where it does not wait.
    const std::string& waits_for() const noexcept { return waits_for_; }
    /// How far the wall clock was behind itself at the last exchange.
    std::chrono::seconds clock_behind() const noexcept { return clock_behind_; }

private:
    void notice_suspend(dispatch::duration slept);
    void ask(dispatch::quota::request request);
    void take_answer(dispatch::time_point now);
    void take_grant(const dispatch::quota::grant& granted, dispatch::time_point now);
    void take_error(const ledger::ledger_error& error, dispatch::time_point now);

    dispatch::dispatcher& dispatcher_;
    carrier::transid_sequence& transids_;
    std::function<void()> on_progress_;
    earliest_timer timer_;
    std::chrono::nanoseconds slept_;  ///< since the machine has started
    std::chrono::seconds clock_behind_{};
    dispatch::quota::request last_request_;
    std::optional<dispatch::time_point> retry_at_;  ///< of an exchange that could not take place
    std::string waits_for_;
    std::optional<ledger::ledger_error> error_;
    ledger::ledger_thread thread_;
};

}  // namespace cardresolver::run
