// From the end of a run to what the user and the calling script learn about it.
#pragma once

#include "app/exit_code.hpp"
#include "run/resolve_run.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cardresolver::app {

/// What the run's result does not know.
struct run_facts {
    std::uint64_t rows = 0;
    std::uint64_t failed_rows = 0;
    std::optional<int> signal = {};   ///< the one that asked for the drain
    bool input_is_directory = false;  ///< tells 66 from 65
    bool is_simulated = false;        ///< the built-in carrier was asked
    std::optional<std::chrono::system_clock::time_point> deadline = {};
    std::optional<double> finished_share = {};  ///< of the list, 0 to 1; none: its size is not known
};

struct ending {
    exit_code code = exit_code::success;
    std::string message;  ///< what, where, what to do; empty: nothing to complain about
};

/// Pure.
ending judge(const run::result& result, const run_facts& facts);

/// The same for faults that show before a run starts.
ending judge(const source::input_error& error, bool is_directory);
ending judge(const sink::output_error& error);

}  // namespace cardresolver::app
