// What is set once for the whole process, and how it is left.
#pragma once

#include "app/exit_code.hpp"

namespace cardresolver::app {

/// No core dumps, no debugger of another user's (the memory holds a password), no SIGPIPE.
void harden_process() noexcept;

/// Flushes and ends the process without destroying anything: a hanging name look-up or a blocked read must
/// not hold it up. A success whose text could not be written becomes an I/O error.
[[noreturn]] void leave(exit_code code) noexcept;

}  // namespace cardresolver::app
