// From what the user decided to what a run needs.
#pragma once

#include "app/options/option_reader.hpp"
#include "run/settings.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::app {

/// Checks how the options fit together, account included. Nothing, with `faults` appended to, where they do
/// not. `url`, and with it `client.ca_pem`, is left open for the built-in carrier: it is known once that
/// runs. A deadline is seen from `now`.
std::optional<run::settings> make_run_settings(
    const option_reading& reading, std::vector<option_fault>& faults,
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// Where the list is and how it is read: the same for every command that reads one.
source::input_settings input_settings_of(const command_options& options);

/// What INPUT's format options have to do with a query is a fault.
void check_query(const command_options& options, std::vector<option_fault>& faults);

/// What a start with a query without an order says; empty where there is nothing to say.
std::string query_warning(const command_options& options);

/// How much the carrier may be asked. The built-in one has no limit unless one is given.
dispatch::pace pace_of(const option_reading& reading);

/// All of the client's settings that the options hold; `host`, `port`, `tls` and `ca_pem` are left open.
net::client_settings client_settings_of(const command_options& options);

/// `https://host:port/prefix`, or `simulator`. Holds no secret.
std::string describe_base_url(const command_options& options);

/// Without --allow-plaintext, `http://` is a fault; nothing to say about the built-in carrier.
void check_plaintext(const command_options& options, std::vector<option_fault>& faults);

/// What every start over `http://` says.
std::string plaintext_warning();

/// SHA-256, in hexadecimal, of `row_settings`, one `name=value` line for each setting that alters rows: which
/// numbers are asked (column, input-encoding, input-format, kind, pad-iccid), who is asked and by whom (the
/// host of base-url, appid, ebid), and how rows are written (output-format, excel-safe, keep-columns, order,
/// failures). How and how fast they are asked does not count.
std::string config_digest(const run::settings& settings);

}  // namespace cardresolver::app
