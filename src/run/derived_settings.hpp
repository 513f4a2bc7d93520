// What the parts of a run are told, out of the settings of the whole.
#pragma once

#include "run/row_path.hpp"
#include "run/settings.hpp"

#include <cstdint>

namespace cardresolver::run {

/// Whether a limit may say at some time when to send.
bool is_ever_paced(const settings& settings) noexcept;

/// With a window that holds what is in flight, and as much again to fill the next requests.
dispatch::settings dispatch_settings_of(const settings& settings, std::uint64_t seed, std::uint64_t process);

net::client_settings client_settings_of(const settings& settings);

/// `earlier`: what earlier processes of the run have counted. Progress is not told of.
row_path_settings row_settings_of(const settings& settings, const run_history& earlier);

}  // namespace cardresolver::run
