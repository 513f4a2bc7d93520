// `[[schedule]]` in the configuration file: limits by weekday and hour.
#pragma once

#include "dispatch/schedule.hpp"

#include <toml++/toml.h>

#include <functional>
#include <string>

namespace cardresolver::app {

/// Where it stands, and what is wrong there.
using schedule_complaint = std::function<void(const toml::source_position& at, const std::string& wrong)>;

/// Reads an array of tables with the keys `days` (default: every day), `from` and `to` (default: the whole
/// day), and `rate`, as `--rate` takes it, or `off`. An entry that can never decide is a fault, and so is a
/// schedule under which nothing is ever sent. What has faults is not to be used.
dispatch::schedule read_schedule(const toml::node& node, const schedule_complaint& complain);

}  // namespace cardresolver::app
