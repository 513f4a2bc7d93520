// The run's manifest.
#pragma once

#include "run/resolve_run.hpp"

#include <optional>
#include <string>

namespace cardresolver::run {

/// What the summary says beside the counters.
struct summary_facts {
    std::string version;
    std::string input_path;                         ///< as given; `-` for standard input
    std::string output_target;                      ///< as given
    std::string config_digest;                      ///< SHA-256 of the settings that alter rows, hexadecimal
    std::optional<std::string> input_sha256 = {};   ///< none: not wanted, or no file
    std::optional<std::string> output_sha256 = {};  ///< likewise, or not finished
};

/// The manifest as indented JSON with a final line break; keys as the documentation lists them.
std::string format_summary(const summary_facts& facts, const result& result, const resolve_run& run);

/// RFC 3339 in UTC with milliseconds: 2026-01-31T02:00:00.000Z.
std::string format_time(std::chrono::system_clock::time_point at);

}  // namespace cardresolver::run
