// The parts of `resolve`'s options, one file each; what each is for stands at its top.
#pragma once

#include "app/options/option_definition.hpp"

#include <span>

namespace cardresolver::app {

std::span<const option_definition> input_option_table();
std::span<const option_definition> output_option_table();
std::span<const option_definition> account_option_table();
std::span<const option_definition> transport_option_table();
std::span<const option_definition> pace_option_table();
std::span<const option_definition> report_option_table();

}  // namespace cardresolver::app
