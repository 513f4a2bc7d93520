// Card numbers, copied into a row and looked at in one go. Pure.
#pragma once

#include "card/byte_word.hpp"
#include "card/short_text.hpp"

#include <cstddef>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cardresolver::sink {

/// What is plain: digits, capital letters and what is between them in ASCII. It stands for itself in every
/// format.
inline constexpr char first_plain = '0';
inline constexpr char last_plain = 'Z';

/// A number is of such a length, or empty.
inline constexpr std::size_t shortest_number = 8;
inline constexpr std::size_t longest_number = 32;

/// Copies one text after the other; `is_plain` says of all of them at once whether they were numbers.
class plain_copy_by_words {
public:
    /// The end of the copy. Nothing is copied where `text` has no length that a number has.
    char* operator()(char* to, std::string_view text) noexcept {
        const auto is_number = [](std::uint64_t word) {
            return card::bytes_between(word, first_plain, last_plain);
        };
        const bool has_length = text.size() >= shortest_number && text.size() <= longest_number;
        if (!has_length || !card::all_bytes(text, is_number)) {
            is_plain_ = is_plain_ && text.empty();
            return to;
        }
        return card::copy_text(to, text);
    }
    bool is_plain() const noexcept { return is_plain_; }

private:
    bool is_plain_ = true;
};

#if defined(__SSE2__)
/// The same, with what is copied looked at on its way.
class plain_copy_by_vectors {
public:
    [[gnu::always_inline]] char* operator()(char* to, std::string_view text) noexcept {
        const auto size = text.size();
        const char* const from = text.data();
        if (size >= 16) {
            if (size > longest_number) return refuse(to);
            const auto first = load(from);
            const auto last = load(from + size - 16);
            store(to, first);
            store(to + size - 16, last);
            see(first);
            see(last);
        } else if (size >= shortest_number) {
            const auto both = _mm_unpacklo_epi64(load_half(from), load_half(from + size - 8));
            store_low(to, both);
            store_high(to + size - 8, both);
            see(both);
        } else if (size != 0) {
            return refuse(to);
        }
        return to + size;
    }
    bool is_plain() const noexcept {
        return _mm_movemask_epi8(_mm_cmpeq_epi8(farthest_, farthest_plain())) == 0xFFFF;
    }

private:
    static __m128i load(const char* from) noexcept {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    }
    static __m128i load_half(const char* from) noexcept {
        return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
    }
    static void store(char* to, __m128i bytes) noexcept {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    }
    static void store_low(char* to, __m128i bytes) noexcept {
        _mm_storel_epi64(reinterpret_cast<__m128i*>(to), bytes);
    }
    static void store_high(char* to, __m128i bytes) noexcept {
        store_low(to, _mm_unpackhi_epi64(bytes, bytes));
    }
    static __m128i farthest_plain() noexcept { return _mm_set1_epi8(last_plain - first_plain); }

    /// What is less than the first one is farther from it than any other, counted without sign.
    void see(__m128i bytes) noexcept {
        farthest_ = _mm_max_epu8(farthest_, _mm_sub_epi8(bytes, _mm_set1_epi8(first_plain)));
    }
    char* refuse(char* to) noexcept {
        farthest_ = _mm_set1_epi8(-1);
        return to;
    }

    __m128i farthest_ = farthest_plain();  ///< from the first plain byte, by place in a vector
};
using plain_copy = plain_copy_by_vectors;
#else
using plain_copy = plain_copy_by_words;
#endif

}  // namespace cardresolver::sink
