// Opens what a run reads.
#pragma once

#include "run/intake.hpp"
#include "run/settings.hpp"

#include <memory>

namespace cardresolver::run {

/// The input's part of the settings.
intake_settings intake_settings_of(const settings& settings, const earlier_work& earlier = {});

/// The input, or null where opening it may take as long as somebody takes to type: then it is left to the
/// intake. Throws `source::input_error`.
std::unique_ptr<source::input> open_at_once(const settings& settings, const earlier_work& earlier = {});

}  // namespace cardresolver::run
