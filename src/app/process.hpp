// What is set once for the whole process, and how it is left.
#pragma once

#include "app/exit_code.hpp"

namespace cardresolver::app {

/// Whoever starts us with a standard stream closed must not find our files in its place: what is meant for it
/// would go to them. Each is opened so that its use fails: reading for 0, writing for 1 and 2. Before
/// anything is opened.
void occupy_standard_streams() noexcept;

/// No core dumps, no debugger of another user's (the memory holds a password), no SIGPIPE.
void harden_process() noexcept;

/// Flushes and ends the process without destroying anything: a hanging name look-up or a blocked read must
/// not hold it up. A success whose text could not be written becomes an I/O error.
[[noreturn]] void leave(exit_code code) noexcept;

}  // namespace cardresolver::app
