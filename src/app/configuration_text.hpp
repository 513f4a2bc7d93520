// The configuration in force, in words.
#pragma once

#include "app/options/option_reader.hpp"

#include <string>

namespace cardresolver::app {

/// The file, then one line for each option that is not at its default: name, value, and who said so. Secrets
/// are named, never shown. Where the carrier is stands there in any case. Without final line break.
std::string describe_configuration(const option_reading& reading);

}  // namespace cardresolver::app
