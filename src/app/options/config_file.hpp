// The configuration file, as texts with their places; what they mean is the option table's business.
#pragma once

#include "app/options/option_definition.hpp"
#include "dispatch/schedule.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::app {

/// A key that the table knows, and its value as text.
struct config_entry {
    const option_definition* option = nullptr;
    std::string text;
    std::string place;  ///< "cardresolver.toml:3:8"
};

struct config_file {
    std::vector<config_entry> entries;
    dispatch::schedule schedule;      ///< of the tables of that name
    std::string schedule_place;       ///< empty: there are none
    std::vector<std::string> faults;  ///< each with its place; in the order of the file
};

/// Reads TOML. Reports every unknown key and every value of a wrong type, not the first alone.
config_file parse_config(std::string_view text, const std::string& path,
                         std::span<const option_definition> table);

/// The same of a file, which is refused where it holds a password and others can read it.
config_file load_config(const std::string& path, std::span<const option_definition> table);

}  // namespace cardresolver::app
