// The words of the command line, sorted by option; what they mean is the option table's business.
#pragma once

#include "app/options/option_definition.hpp"

#include <span>
#include <string>
#include <vector>

namespace cardresolver::app {

struct flag_entry {
    const option_definition* option = nullptr;
    std::string text;
};

struct command_line {
    bool wants_help = false;
    std::vector<flag_entry> entries;
    std::vector<std::string> faults;
};

/// `words` are those after the command. Faults never show the value of an option.
command_line parse_command_line(std::span<const std::string> words, std::span<const option_definition> table);

}  // namespace cardresolver::app
