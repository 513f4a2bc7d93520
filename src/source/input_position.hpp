// Where in a list one is, and which list it was.
#pragma once

#include "source/encoding.hpp"

#include <cstdint>
#include <optional>

namespace cardresolver::source {

/// The beginning of an input: whoever comes back finds out whether it is still the same.
struct input_beginning {
    std::uint64_t bytes = 0;
    std::uint32_t crc = 0;  ///< CRC-32C of these bytes
    bool operator==(const input_beginning&) const = default;
};

/// A place between two records.
struct input_position {
    std::uint64_t offset = 0;  ///< bytes of the input before it; 0 where one cannot go there at once
    std::uint64_t lines = 0;   ///< physical lines before it
    input_beginning hashed;    ///< what was read when the place was noticed: a little further than it
    std::optional<input_encoding> encoding;  ///< where it has shown
    bool operator==(const input_position&) const = default;
};

/// Where to go on in a list that was read before.
struct input_resumption {
    input_position from;
    input_beginning consumed;  ///< what the list must begin with
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
