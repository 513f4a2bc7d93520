// Up to sixteen bytes of a number, looked at in one go. Pure.
#pragma once

#include "card/byte_word.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cardresolver::card {

/// So many bytes are looked at; a text of half of them or more is looked at from both ends.
inline constexpr std::size_t number_bytes_size = 16;

/// On any machine.
class number_bytes_by_words {
public:
    /// Of a text of 8 to 16 bytes.
    explicit number_bytes_by_words(std::string_view text) noexcept
        : first_(word_at(text.data())), last_(word_at(text.data() + text.size() - sizeof last_)) {}

    /// 0-9.
    bool are_digits() const noexcept {
        return is_ascii_word(first_ | last_) && (digits(first_) & digits(last_)) == every_byte;
    }
    /// 0-9 and A-Z.
    bool are_characters() const noexcept {
        return is_ascii_word(first_ | last_) &&
               ((digits(first_) | capitals(first_)) & (digits(last_) | capitals(last_))) == every_byte;
    }

private:
    static constexpr std::uint64_t digits(std::uint64_t word) noexcept {
        return bytes_between(word, '0', '9');
    }
    static constexpr std::uint64_t capitals(std::uint64_t word) noexcept {
        return bytes_between(word, 'A', 'Z');
    }

    std::uint64_t first_;
    std::uint64_t last_;
};

#if defined(__SSE2__)
/// The same in a third of the instructions.
class number_bytes_by_vector {
public:
    explicit number_bytes_by_vector(std::string_view text) noexcept
        : bytes_(_mm_unpacklo_epi64(half_at(text.data()), half_at(text.data() + text.size() - 8))) {}

    bool are_digits() const noexcept { return is_all(between<'0', '9'>()); }
    bool are_characters() const noexcept {
        return is_all(_mm_or_si128(between<'0', '9'>(), between<'A', 'Z'>()));
    }

private:
    static __m128i half_at(const char* text) noexcept {
        return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(text));
    }
    static bool is_all(__m128i matches) noexcept { return _mm_movemask_epi8(matches) == 0xFFFF; }

    /// What is less than `First` is far beyond `Last`, counted from there without sign.
    template <char First, char Last>
    __m128i between() const noexcept {
        const auto distance = _mm_sub_epi8(bytes_, _mm_set1_epi8(First));
        return _mm_cmpeq_epi8(distance, _mm_min_epu8(distance, _mm_set1_epi8(Last - First)));
    }

    __m128i bytes_;
};
using number_bytes = number_bytes_by_vector;
#else
using number_bytes = number_bytes_by_words;
#endif

}  // namespace cardresolver::card
