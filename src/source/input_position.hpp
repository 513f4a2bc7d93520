// Where in a list one is, and which list it was.
#pragma once

#include "source/encoding.hpp"

#include <cstdint>
#include <optional>

namespace cardresolver::source {

/// A place between two records. What was read up to it, and a little further, is known by its checksum: who
/// comes back finds out whether it is still the same list.
struct input_position {
    std::uint64_t offset = 0;        ///< bytes of the input before it; 0 where one cannot go there at once
    std::uint64_t lines = 0;         ///< physical lines before it
    std::uint64_t bytes_hashed = 0;  ///< length of the beginning of the input that `crc` is made of
    std::uint32_t crc = 0;           ///< CRC-32C of that beginning
    std::optional<input_encoding> encoding;  ///< where it has shown
    bool operator==(const input_position&) const = default;
};

/// What tells one regular file from another.
struct input_identity {
    std::uint64_t size = 0;           ///< bytes
    std::uint32_t head_crc = 0;       ///< CRC-32C of its first 64 KiB
    std::uint32_t tail_crc = 0;       ///< CRC-32C of its last 64 KiB
    std::uint64_t inode = 0;          ///< may change where the content does not
    std::int64_t modified_at_ns = 0;  ///< since the epoch; likewise
    bool operator==(const input_identity&) const = default;
};

}  // namespace cardresolver::source
