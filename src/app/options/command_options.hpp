// What the user decided, whatever way it was said. Values are checked one by one; how they fit together is
// checked by the commands.
#pragma once

#include "app/options/point_in_time.hpp"
#include "app/options/rate_choice.hpp"
#include "card/kind.hpp"
#include "carrier/base_url.hpp"
#include "carrier/request.hpp"
#include "carrier/secret.hpp"
#include "carrier/status_catalogue.hpp"
#include "dispatch/rate_limit.hpp"
#include "dispatch/schedule.hpp"
#include "net/client_settings.hpp"
#include "run/failure_limit.hpp"
#include "simulator/simulator.hpp"
#include "sink/row_format.hpp"
#include "source/input.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cardresolver::app {

enum class progress_mode : std::uint8_t {
    automatic,  ///< a bar on a terminal, a line now and then elsewhere
    bar,
    json,
    none
};

/// Plain values. Each field is set by the `apply` of the option of that name, defaults too.
struct command_options {
    // input
    std::string input;
    std::optional<source::input_format> input_format;      ///< none: guess
    std::optional<source::input_encoding> input_encoding;  ///< none: guess
    std::string column;
    std::optional<card::card_kind> kind;  ///< none: by shape
    bool pad_iccid = false;
    // output
    std::string output;
    std::optional<sink::output_format> output_format;  ///< none: by the target's ending
    bool keep_columns = false;
    bool in_input_order = false;
    bool excel_safe = false;
    std::string failures;
    bool force = false;
    bool restart = false;
    // account
    std::optional<carrier::base_url> base_url;  ///< none: the built-in carrier
    std::string appid;
    std::string ebid;
    std::string password_file;
    carrier::secret password;  ///< of the environment or the configuration file
    carrier::request_method method = carrier::request_method::get;
    std::vector<std::pair<std::string, carrier::status_class>> status_classes;  ///< code and class
    // transport
    std::string ca_file;
    std::optional<net::proxy_settings> proxy;
    std::string local_address;
    bool allow_plaintext = false;
    std::optional<std::size_t> connections;  ///< none: auto
    std::chrono::milliseconds connect_timeout{};
    std::chrono::milliseconds request_timeout{};
    std::chrono::milliseconds give_up_after{};
    // pace
    std::size_t batch_size = 0;
    std::chrono::milliseconds linger{};
    rate_choice rate;
    dispatch::pacing_kind pacing = dispatch::pacing_kind::strict;
    std::chrono::milliseconds min_rtt{};
    std::chrono::minutes day_starts{};  ///< the carrier's day, after midnight in UTC+8
    std::string state_dir;              ///< empty: look for one
    std::optional<point_in_time> deadline;
    dispatch::schedule schedule;  ///< of the configuration file alone
    unsigned attempts = 0;
    std::optional<run::failure_limit> max_failures;
    // report
    std::string summary;
    bool checksum = false;
    progress_mode progress = progress_mode::automatic;
    std::string trace;  ///< written by resolve, read by explain
    bool trace_numbers = false;
    std::string config;
    // command explain
    std::string explained_number;
    // command plan
    bool plan_as_json = false;
    // command check
    std::string checked_number;
    // command token
    std::string transid;
    std::vector<std::string> curl;
    // command simulate
    simulator::settings simulated;
    std::string simulated_password_file;
};

}  // namespace cardresolver::app
