// Two public-domain hashes, short enough to be written again in a test of another language.
#pragma once

#include <cstdint>
#include <string_view>

namespace cardresolver::simulator {

inline constexpr std::uint64_t fnv_start = 0xCBF29CE484222325ULL;

/// FNV-1a, 64 bits, over the bytes of `text`; `hash` continues an earlier one.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = fnv_start) noexcept {
    constexpr std::uint64_t prime = 0x100000001B3ULL;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * prime;
    }
    return hash;
}

/// The finalizer of SplitMix64: every bit of the result depends on every bit of `value`.
constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value += 0x9E3779B97F4A7C15ULL;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
}

}  // namespace cardresolver::simulator
