// Brings the sources together: flag, environment, file, default, in this order of precedence.
#pragma once

#include "app/exit_code.hpp"
#include "app/options/command_options.hpp"
#include "app/options/option_definition.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::app {

/// Something that the user has to mend before the command can start.
struct option_fault {
    exit_code code;
    std::string message;
};

/// What was said about an option by the source that won.
struct given_option {
    std::string text;    ///< empty where the value is private
    std::string origin;  ///< "--rate", "CARDRESOLVER_RATE", "cardresolver.toml:12:8"
};

struct option_reading {
    command_options options;
    bool wants_help = false;
    std::vector<option_fault> faults;  ///< all of them
    std::vector<std::string> warnings;
    bool is_password_of_environment = false;  ///< `options.password` beats every file
    std::map<std::string_view, given_option>
        given;  ///< by name: the options that are no defaults, and `schedule`

    bool is_given(std::string_view name) const { return given.contains(name); }
};

/// Reads everything that `table` takes. Takes secrets out of the environment.
option_reading read_options(std::span<const std::string> words, std::span<const option_definition> table);

/// The lowest code of all: usage (64) beats what cannot be created (73) and the configuration (78).
exit_code worst_of(std::span<const option_fault> faults) noexcept;

}  // namespace cardresolver::app
