// CRC-32C (Castagnoli), the checksum of iSCSI (RFC 3720, appendix B.4).
#pragma once

#include <cstdint>
#include <string_view>

namespace cardresolver::checksum {

/// The checksum of what `crc` is the checksum of, followed by `bytes`. That of nothing is 0. Uses the
/// processor's own instruction where it has one. It finds damage and mix-ups, not forgery.
std::uint32_t extend_crc32c(std::uint32_t crc, std::string_view bytes) noexcept;

/// The same without that instruction.
std::uint32_t extend_crc32c_portably(std::uint32_t crc, std::string_view bytes) noexcept;

}  // namespace cardresolver::checksum
