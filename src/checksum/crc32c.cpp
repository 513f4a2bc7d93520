#include "checksum/crc32c.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace cardresolver::checksum {
namespace {

constexpr std::uint32_t reversed_polynomial = 0x82F63B78;

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        auto rest = byte;
        for (int bit = 0; bit < 8; ++bit)
            rest = (rest >> 1U) ^ ((rest & 1U) != 0 ? reversed_polynomial : 0);
        table[byte] = rest;
    }
    return table;
}

constexpr auto table = make_table();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t extend_by_instruction(std::uint32_t crc,
                                                                      std::string_view bytes) noexcept {
    std::uint64_t rest = ~crc;
#pragma GCC unroll 8
    while (bytes.size() >= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof(word));
        rest = _mm_crc32_u64(rest, word);
        bytes.remove_prefix(sizeof(word));
    }
    auto narrow = static_cast<std::uint32_t>(rest);
    for (const char byte : bytes)
        narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(byte));
    return ~narrow;
}
#endif

}  // namespace

std::uint32_t extend_crc32c_portably(std::uint32_t crc, std::string_view bytes) noexcept {
    auto rest = ~crc;
    for (const char byte : bytes)
        rest = (rest >> 8U) ^ table[(rest ^ static_cast<unsigned char>(byte)) & 0xFFU];
    return ~rest;
}

std::uint32_t extend_crc32c(std::uint32_t crc, std::string_view bytes) noexcept {
#if defined(__x86_64__)
    static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    if (has_instruction) return extend_by_instruction(crc, bytes);
#endif
    return extend_crc32c_portably(crc, bytes);
}

}  // namespace cardresolver::checksum
