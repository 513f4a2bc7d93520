// The process's environment, and how a secret leaves it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::app {

/// The variable's value; nothing where it is not set or empty. Not while other threads change the
/// environment.
std::optional<std::string> read_variable(const std::string& name);

/// The same, and afterwards neither this process's environment nor /proc/PID/environ has the value.
std::optional<std::string> take_variable(const std::string& name);

/// The names that begin with `prefix`.
std::vector<std::string> variables_with_prefix(std::string_view prefix);

}  // namespace cardresolver::app
