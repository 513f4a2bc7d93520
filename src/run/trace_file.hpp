// Where a trace goes: a file that is written as it grows, not one that appears when it is whole.
#pragma once

#include "sink/output.hpp"

#include <memory>
#include <string>

namespace cardresolver::run {

/// Opens `target`: `-` (standard output), a path, a FIFO or a device. Throws `sink::output_error`.
///
/// A new file is readable by its owner alone (mode 0600). One that is there is locked and, with the first
/// write, emptied where `restart` was called, continued where not, and made readable by its owner alone; one
/// that another run is writing is `cannot_create`. Nothing is made durable: a trace is no answer.
std::unique_ptr<sink::output> open_trace(const std::string& target);

}  // namespace cardresolver::run
