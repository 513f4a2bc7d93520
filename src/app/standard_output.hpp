// Texts on standard output.
#pragma once

#include "app/exit_code.hpp"

#include <string_view>

namespace cardresolver::app {

/// Writes the whole text. A reader that has gone is no fault of ours: `reader_gone`; anything else that
/// stops it is an `io_error`.
exit_code print_text(std::string_view text);

}  // namespace cardresolver::app
