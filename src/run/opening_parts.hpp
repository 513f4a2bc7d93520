// Steps that runs into files and runs into databases begin with alike.
#pragma once

#include "run/checkpoint.hpp"
#include "run/settings.hpp"

#include <memory>
#include <optional>
#include <string>

namespace cardresolver::run {

/// Of a run that begins now, under an identity of its own. Throws `source::input_error`.
checkpoint make_first_checkpoint(const settings& settings);

/// Why the list cannot be the one of `state`, as the end of a sentence ("has been changed"); empty where
/// nothing speaks against it. A file that was copied or touched is read as far as `state` has consumed it.
/// Throws `source::input_error`.
std::string find_other_list(const settings& settings, const checkpoint& state);

/// The list of failures; null where none is wanted, or the run of `resumed` has given it its name already.
/// Throws `sink::output_error`.
std::unique_ptr<sink::output> open_failures(const settings& settings,
                                            const std::optional<checkpoint>& resumed);

/// Goes on behind `from` where there is such a mark, or begins at the beginning.
void begin_output(sink::output& out, const std::optional<sink::output_mark>& from);

}  // namespace cardresolver::run
