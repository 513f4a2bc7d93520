// Files that hold secrets: read whole, refused where others can read them.
#pragma once

#include "carrier/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cardresolver::app {

/// A file's content and who may read it.
struct file_content {
    std::string text;
    bool is_open_to_others = false;  ///< a regular file that its group or everybody may read or write
};

/// Reads a regular file, a FIFO or a descriptor (/dev/fd/N). Nothing, with a reason in `error`, where it
/// cannot be read or holds more than `most` bytes.
std::optional<file_content> read_file(const std::string& path, std::size_t most, std::string& error);

/// "'PATH' holds a password and others can read it: chmod 600 PATH"
std::string open_to_others(const std::string& path);

enum class file_protection : std::uint8_t {
    by_mode,      ///< refused where its mode lets others in
    by_directory  ///< systemd's credentials: their folder protects them, their mode may name a group
};

/// The first line of a password file. Nothing, with a sentence in `error`.
std::optional<carrier::secret> read_password_file(const std::string& path, file_protection protection,
                                                  std::string& error);

}  // namespace cardresolver::app
