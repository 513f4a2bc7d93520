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
    /// The same, written for a text of less than 16 bytes.
    char* short_one(char* to, std::string_view text) noexcept { return (*this)(to, text); }
    /// Copies `text`, has `between(end)` write what follows and give the end of that, and copies `text`
    /// again.
    template <class Between>
    char* twice(char* to, std::string_view text, Between between) noexcept {
        return (*this)(between((*this)(to, text)), text);
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
        if (is_long(text)) [[likely]]
            return copy_long(to, text);
        if (is_short(text)) return copy_short(to, text);
        return copy_other(to, text);
    }
    [[gnu::always_inline]] char* short_one(char* to, std::string_view text) noexcept {
        if (is_short(text)) [[likely]]
            return copy_short(to, text);
        if (is_long(text)) return copy_long(to, text);
        return copy_other(to, text);
    }
    template <class Between>
    [[gnu::always_inline]] char* twice(char* to, std::string_view text, Between between) noexcept {
        if (!is_long(text)) [[unlikely]]
            return (*this)(between((*this)(to, text)), text);
        const auto number = load_long(text);
        return number.store(between(number.store(to)));
    }
    bool is_plain() const noexcept {
        return _mm_movemask_epi8(_mm_cmpeq_epi8(farthest_, farthest_plain())) == 0xFFFF;
    }

private:
    /// 16 to 32 bytes, as two pieces that may overlap.
    struct long_text {
        char* store(char* to) const noexcept {
            plain_copy_by_vectors::store(to, first);
            plain_copy_by_vectors::store(to + size - sizeof last, last);
            return to + size;
        }
        __m128i first;
        __m128i last;
        std::size_t size;
    };

    static bool is_long(std::string_view text) noexcept {
        return text.size() - sizeof(__m128i) <= longest_number - sizeof(__m128i);
    }
    static bool is_short(std::string_view text) noexcept {
        return text.size() - shortest_number < sizeof(__m128i) - shortest_number;
    }

    /// Looks at it, too.
    [[gnu::always_inline]] long_text load_long(std::string_view text) noexcept {
        const auto size = text.size();
        const long_text loaded{load(text.data()), load(text.data() + size - sizeof(__m128i)), size};
        see(loaded.first);
        see(loaded.last);
        return loaded;
    }
    [[gnu::always_inline]] char* copy_long(char* to, std::string_view text) noexcept {
        return load_long(text).store(to);
    }
    [[gnu::always_inline]] char* copy_short(char* to, std::string_view text) noexcept {
        const auto size = text.size();
        const auto both = _mm_unpacklo_epi64(load_half(text.data()), load_half(text.data() + size - 8));
        store_low(to, both);
        store_high(to + size - 8, both);
        see(both);
        return to + size;
    }
    /// Nothing, or what is no number.
    char* copy_other(char* to, std::string_view text) noexcept {
        if (!text.empty()) farthest_ = _mm_set1_epi8(-1);
        return to;
    }

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

    __m128i farthest_ = farthest_plain();  ///< from the first plain byte, by place in a vector
};
using plain_copy = plain_copy_by_vectors;
#else
using plain_copy = plain_copy_by_words;
#endif

}  // namespace cardresolver::sink
