// Which list it was: for a run that comes back to it.
#pragma once

#include "source/input_position.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cardresolver::source {

/// Of the regular file at `path`; nothing for standard input, a pipe or a device. Throws `input_error`.
std::optional<input_identity> identify(const std::string& path);

/// CRC-32C of the file's first `bytes` bytes, or of all of it where it is shorter. Throws `input_error`.
std::uint32_t crc_of_beginning(const std::string& path, std::uint64_t bytes);

}  // namespace cardresolver::source
