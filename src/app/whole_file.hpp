// Small files that appear whole or not at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::app {

/// Why `write_whole_file` would fail, as far as that can be told before; nothing where it looks well.
std::optional<std::string> why_not_writable(const std::string& path);

/// Writes a neighbouring file and renames it over `path`; FIFOs and devices are written as they are. The
/// reason where it fails, else nothing.
std::optional<std::string> write_whole_file(const std::string& path, std::string_view content);

}  // namespace cardresolver::app
