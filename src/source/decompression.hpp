// Which lists are compressed, and the stage that takes that off.
#pragma once

#include "source/byte_source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::source {

enum class compression : std::uint8_t { none, gzip, zstd };

/// What a list's first bytes say: gzip (RFC 1952) and zstd (RFC 8878, also where a skippable frame comes
/// first) have their signatures. Nothing where more bytes are needed to tell.
std::optional<compression> detect_compression(std::string_view first_bytes, bool at_end) noexcept;

/// Null for `compression::none`. `from` begins with the signature and outlives what is returned.
///
/// All members of a gzip file and all frames of a zstd file are one list; zeros behind the last member are
/// padding. Throws `input_error` (unusable), naming the byte, where the data are corrupt or end too early, or
/// where something else stands behind them: a list that was cut off never looks complete. Memory: gzip
/// 128 KiB; zstd what the file's window asks for, 128 MiB at most, which is what the tool itself allows.
std::unique_ptr<byte_source> make_decompressor(compression how, byte_source& from);

/// A path without the ending .gz or .zst, in any case.
std::string_view without_compression_ending(std::string_view path) noexcept;

/// Whether `path` ends in `extension` (lower case, with its dot), in any case.
bool has_extension(std::string_view path, std::string_view extension) noexcept;

}  // namespace cardresolver::source
