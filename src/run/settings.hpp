// Everything a run needs to know before it starts.
#pragma once

#include "card/canonical.hpp"
#include "carrier/account.hpp"
#include "carrier/base_url.hpp"
#include "carrier/request.hpp"
#include "carrier/status_catalogue.hpp"
#include "dispatch/schedule.hpp"
#include "dispatch/settings.hpp"
#include "net/client_settings.hpp"
#include "run/failure_limit.hpp"
#include "sink/output.hpp"
#include "sink/row_format.hpp"
#include "source/input.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::run {

/// Where every attempt is told; `docs/trace.md` has the events.
struct trace_settings {
    std::string target;          ///< path, or `-` for standard output
    bool shows_numbers = false;  ///< whole card numbers instead of masked ones
    std::string version;         ///< of the program, for the first event
    /// Called once, on the event loop, where the trace cannot be written any further. The run goes on.
    std::function<void(std::string_view why)> on_fault;
};

struct settings {
    source::input_settings input;
    card::canonical_options canonical;
    sink::output_settings output;
    sink::output_format format = sink::output_format::csv;
    std::optional<sink::output_settings> failures;  ///< a list of what is `failed`; none: not wanted
    sink::output_format failures_format = sink::output_format::csv;  ///< or `spreadsheet_csv`
    /// Rows begin with the input's own columns. `input.keeps_columns` is taken from it.
    bool keeps_columns = false;
    bool in_input_order = false;                ///< rows; otherwise as they are decided
    std::optional<failure_limit> max_failures;  ///< when to stop; none: never
    /// `name=value` lines: the settings that alter rows. An unfinished run goes on only under the same ones.
    std::string row_settings;
    bool restart = false;  ///< drop an unfinished run of this output
    /// Called on the event loop where rows begin to wait, and before it runs, where opening the output does:
    /// for room on the disk, for a database. `why`: the beginning of a sentence.
    std::function<void(std::string_view why)> on_wait;
    /// Called on the event loop where the carrier begins to be away, and where it is back. `why`: its last
    /// failure; empty: it is back.
    std::function<void(std::string_view why)> on_outage;
    /// Called once, on the event loop, where the wall clock is so far behind what it has shown before.
    std::function<void(std::chrono::seconds)> on_clock_behind;

    carrier::base_url url;
    carrier::account account;
    carrier::request_method method = carrier::request_method::get;
    carrier::status_catalogue catalogue;
    std::string user_agent = "cardresolver";

    /// `host`, `port` and `tls` are taken from `url`.
    net::client_settings client;
    /// `window` is set by the run from the number of connections.
    dispatch::settings dispatch;
    /// Where the account's ledger is; none: in memory, for an account that ends with the process.
    std::optional<std::string> state_dir;
    dispatch::schedule schedule;  ///< what takes the place of `dispatch.pace`, and when
    std::optional<std::size_t>
        connections;  ///< most connections, 1 to 1000; none: what latency and rate need
    std::optional<trace_settings> trace;
    /// When the run stops, on the wall clock; none: never. In the past: at once.
    std::optional<std::chrono::system_clock::time_point> deadline;
};

}  // namespace cardresolver::run
