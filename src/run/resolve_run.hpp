// One run of the main job: wires source, dispatch, net and sink together on one event loop.
#pragma once

#include "dispatch/dispatcher.hpp"
#include "net/event_loop_fwd.hpp"
#include "run/run_history.hpp"
#include "run/settings.hpp"
#include "run/statistics.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::run {

/// How a run ended.
enum class run_end : std::uint8_t {
    complete,           ///< every record has its row, the output is in place
    drained,            ///< `drain` was called; what was in flight is written
    deadline,           ///< `settings::deadline` has come; likewise
    too_many_failures,  ///< more cards without an answer than `settings::max_failures`; likewise
    carrier_stop,       ///< the carrier or the way to it: see `result::stop`
    empty_input,        ///< no non-blank record
    no_valid_card,      ///< records, but not one card number
    input_fault,        ///< see `result::input_fault`
    output_fault,       ///< see `result::output_fault`
    ledger_fault,       ///< the account's ledger cannot be kept any more: nothing may be sent
};

struct result {
    run_end end = run_end::complete;
    std::string message;  ///< one or more sentences for the user; empty where complete
    std::optional<dispatch::stop> stop;
    std::optional<source::input_error::error_kind> input_fault;
    std::optional<sink::output_error::error_kind> output_fault;
    std::string run_id;
    std::vector<run_process> processes;  ///< that have worked on the run; the last one is this
    bool is_resumable = false;           ///< the same command goes on where this run has stopped
};

/// Event-loop thread only; `execute` runs the loop. Objects that use the same context (signals, progress
/// timers) may be set up before.
class resolve_run {
public:
    /// Opens input and output, and finds out where to go on. Throws `source::input_error`,
    /// `sink::output_error`, `settings_changed`, and `std::runtime_error` where the TLS settings cannot be
    /// used.
    resolve_run(net::asio::io_context& context, const settings& settings);
    ~resolve_run();
    resolve_run(const resolve_run&) = delete;
    resolve_run& operator=(const resolve_run&) = delete;

    /// Runs the loop until the run has ended; the context is stopped then. Once.
    result execute();

    /// Sends nothing more, waits for what is in flight (at most the request timeout), writes it, ends. Rows
    /// that nobody takes hold it up for a second more at most.
    void drain();

    /// Counters up to now; also after `execute`.
    statistics snapshot() const;
    const distributions& details() const noexcept;
    /// Rows of a run without a checkpoint were there and have been dropped.
    bool replaced_partial() const noexcept;
    /// Rows that earlier processes have written; none where this run is a new one.
    std::optional<std::uint64_t> rows_before() const noexcept;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace cardresolver::run
