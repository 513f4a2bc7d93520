// Opens what a run reads and writes.
#pragma once

#include "run/intake.hpp"
#include "run/row_writer.hpp"
#include "run/settings.hpp"

#include <memory>

namespace cardresolver::run {

/// The input's part of the settings.
intake_settings intake_settings_of(const settings& settings);

/// The input, or null where opening it may take as long as somebody takes to type: then it is left to the
/// intake. Throws `source::input_error`.
std::unique_ptr<source::input> open_at_once(const settings& settings);

/// The rows, and the failures where they are wanted: both or none. `replaced_partial` as in
/// `sink::open_output`. Throws `sink::output_error`.
row_outputs open_outputs(const settings& settings, bool& replaced_partial);

}  // namespace cardresolver::run
