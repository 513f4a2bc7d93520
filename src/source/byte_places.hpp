// Where certain bytes stand in a text, 64 bytes at a time. Pure.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cardresolver::source {

/// So many bytes have their places in one word.
inline constexpr std::size_t bytes_of_places = 64;

/// A bit for each of the 64 bytes at `bytes`, the lowest for the first: whether it is one of `wanted`.
template <class... Char>
std::uint64_t find_places_portably(const char* bytes, Char... wanted) noexcept {
    std::uint64_t places = 0;
    for (std::size_t i = 0; i < bytes_of_places; ++i)
        places |= std::uint64_t{((bytes[i] == wanted) || ...)} << i;
    return places;
}

#if defined(__SSE2__)
namespace detail {

template <class... Char>
std::uint64_t find_places_in_16(const char* bytes, Char... wanted) noexcept {
    const auto piece = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    auto matches = _mm_setzero_si128();
    ((matches = _mm_or_si128(matches, _mm_cmpeq_epi8(piece, _mm_set1_epi8(wanted)))), ...);
    return static_cast<std::uint32_t>(_mm_movemask_epi8(matches));
}

}  // namespace detail

template <class... Char>
inline std::uint64_t find_places(const char* bytes, Char... wanted) noexcept {
    const auto low =
        detail::find_places_in_16(bytes, wanted...) | detail::find_places_in_16(bytes + 16, wanted...) << 16U;
    const auto high = detail::find_places_in_16(bytes + 32, wanted...) |
                      detail::find_places_in_16(bytes + 48, wanted...) << 16U;
    return low | high << 32U;
}
#else
template <class... Char>
std::uint64_t find_places(const char* bytes, Char... wanted) noexcept {
    return find_places_portably(bytes, wanted...);
}
#endif

/// Calls `see(position)` for each byte of `text` that is one of `wanted`, none of which is NUL, in ascending
/// order, for as long as that returns true.
template <class See, class... Char>
void for_each_place(std::string_view text, See see, Char... wanted) {
    std::array<char, bytes_of_places> last{};
    for (std::size_t begin = 0; begin < text.size(); begin += bytes_of_places) {
        const char* bytes = text.data() + begin;
        if (text.size() - begin < bytes_of_places) {
            text.copy(last.data(), last.size(), begin);
            bytes = last.data();
        }
        for (auto places = find_places(bytes, wanted...); places != 0; places &= places - 1) {
            if (!see(begin + static_cast<std::size_t>(std::countr_zero(places)))) return;
        }
    }
}

}  // namespace cardresolver::source
