// Help texts, made from the option tables: examples first, at most 80 columns.
#pragma once

#include "app/options/option_definition.hpp"

#include <span>
#include <string>
#include <string_view>

namespace cardresolver::app {

/// One command of the program.
struct command_description {
    std::string_view name;
    std::string_view summary;   ///< one line
    std::string_view usage;     ///< behind the program's name
    std::string_view examples;  ///< whole lines
    std::string_view notes;     ///< paragraphs, behind the options
    std::span<const option_definition> options;
};

inline constexpr std::size_t help_width = 80;

/// `text` broken at blanks into lines of at most `width` columns, each but the first led in by `indent`
/// blanks. The first starts in column `indent` too. Line breaks in `text` are kept.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width = help_width);

/// `cardresolver COMMAND --help`
std::string format_help(const command_description& command);

/// `cardresolver --help`
std::string format_overview(std::span<const command_description> commands);

}  // namespace cardresolver::app
