// SHA-256 (FIPS 180-4) of texts and of files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::app {

/// In hexadecimal. Throws `std::runtime_error` where OpenSSL has no SHA-256.
std::string sha256(std::string_view text);

/// Of what the file holds now; nothing where it is no regular file, or cannot be read. Throws likewise.
std::optional<std::string> sha256_of_file(const std::string& path);

}  // namespace cardresolver::app
