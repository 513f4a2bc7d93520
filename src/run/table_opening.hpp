// How a run into a database begins.
#pragma once

#include "run/run_opening.hpp"

namespace cardresolver::run {

/// As `open_run`, where the target is a table. The newest unfinished run into it with an equal list and equal
/// settings goes on; otherwise a new one begins beside those that are there. A finished one with an equal
/// list and equal settings is `cannot_create` without `force`; with it, its rows go when this run is
/// complete. What a stream holds is not known in advance: an unfinished run goes on where the settings are
/// equal, and finished ones are no hindrance.
run_opening open_table_run(const settings& settings, const source::list_columns* list);

/// What tells the list from others at first sight, as the database keeps it: size and checksums of head and
/// tail of a file; the text of a query; nothing much of a stream. Throws `source::input_error`.
std::string describe_list(const settings& settings);

}  // namespace cardresolver::run
