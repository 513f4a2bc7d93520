// A checkpoint as a text, for a database that keeps it in one column. Pure.
#pragma once

#include "run/checkpoint.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::run {

/// The CRC-32C of what follows, in hexadecimal, a blank, and one JSON object: all of it but `run_id` and
/// `settings`, which have columns of their own.
std::string write_checkpoint(const checkpoint& state);

/// What `write_checkpoint` made; nothing where `text` is not that to the last byte, or makes no sense.
std::optional<checkpoint> read_checkpoint(std::string_view text);

}  // namespace cardresolver::run
