// Decimal digits of fixed width.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cardresolver::carrier {

/// Writes the last `width` decimal digits of `value` at `out`, with leading zeros.
inline void write_digits(char* out, std::uint64_t value, std::size_t width) noexcept {
    for (std::size_t i = width; i-- > 0; value /= 10)
        out[i] = static_cast<char>('0' + value % 10);
}

}  // namespace cardresolver::carrier
