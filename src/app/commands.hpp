// The commands, each a function from the words behind its name to an exit code.
#pragma once

#include "app/exit_code.hpp"
#include "app/options/help.hpp"
#include "app/options/option_reader.hpp"

#include <span>
#include <string>

namespace cardresolver::app {

/// One command and what it takes.
struct command {
    command_description description;
    exit_code (*execute)(const option_reading& reading);
};

/// Asks the carrier about every card of a list. The process must be left by `leave` afterwards: what the run
/// used is kept, since threads of it may still be blocked.
exit_code execute_resolve(const option_reading& reading);
/// Counts a list and says what it will cost; sends nothing.
exit_code execute_plan(const option_reading& reading);
/// Tells the story of one card out of a trace.
exit_code execute_explain(const option_reading& reading);
/// Reaches the carrier with one signed request and says what is wrong. Like `resolve`, to be followed by
/// `leave`.
exit_code execute_check(const option_reading& reading);
/// Prints a transaction number and its token, or a whole signed command line.
exit_code execute_token(const option_reading& reading);
/// Plays the carrier until a signal comes.
exit_code execute_simulate(const option_reading& reading);

/// Says each fault; returns what the process ends with.
exit_code report_faults(std::span<const option_fault> faults);

/// All commands, in the order of the help.
std::span<const command> all_commands();

/// The whole program. `words` are those behind the program's name.
exit_code run_program(std::span<const std::string> words);

}  // namespace cardresolver::app
