// What the earlier processes of a run have counted, so that a summary speaks of the whole run.
#pragma once

#include "run/statistics.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::run {

/// One process that has worked on the run.
struct run_process {
    std::int64_t pid = 0;
    std::chrono::system_clock::time_point started_at;
    std::chrono::system_clock::time_point finished_at;  ///< or last seen at work
};

/// Counters of a run up to a moment, over all its processes.
struct run_history {
    std::vector<run_process> processes;  ///< never empty once a process has started; the oldest come first
    statistics counts;                   ///< what a run counts, not what it holds (`in_flight` and the like)
    distributions details;
};

/// Of a run that is restarted again and again, so many processes are told of: the first and the last ones.
inline constexpr std::size_t most_processes = 100;
void add_process(std::vector<run_process>& to, const run_process& one);

/// Adds what earlier processes have counted, but for the rows: those are counted over all processes anyway.
void add_counts(statistics& to, const statistics& earlier);

/// As JSON, for the checkpoint.
std::string write_history(const run_history& history);
/// What `write_history` made; nothing where `text` is not that.
std::optional<run_history> read_history(std::string_view text);

}  // namespace cardresolver::run
