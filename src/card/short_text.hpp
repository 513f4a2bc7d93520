// Texts of a few bytes, copied and compared without a call: card numbers, codes, short messages. The lengths
// at one place of the code hardly change from card to card, so the branches are foreseen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cardresolver::card {

namespace detail {

template <class Word>
Word load(const char* from) noexcept {
    Word word;
    std::memcpy(&word, from, sizeof word);
    return word;
}

struct two_words {
    std::uint64_t low;
    std::uint64_t high;
};

/// A text whose length is from `sizeof(Word)` to twice that, as two pieces that may overlap.
template <class Word>
void copy_overlapping(char* to, const char* from, std::size_t size) noexcept {
    const auto first = load<Word>(from);
    const auto last = load<Word>(from + size - sizeof(Word));
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + size - sizeof(Word), &last, sizeof last);
}

template <class Word>
bool same_overlapping(const char* a, const char* b, std::size_t size) noexcept {
    const auto rest = size - sizeof(Word);
    return ((load<Word>(a) ^ load<Word>(b)) | (load<Word>(a + rest) ^ load<Word>(b + rest))) == 0;
}

}  // namespace detail

/// Copies `text` to `to`, which it does not overlap, and returns the end of the copy.
[[gnu::always_inline]] inline char* copy_text(char* to, std::string_view text) noexcept {
    const auto size = text.size();
    const char* const from = text.data();
    if (size > 32) {
        std::memcpy(to, from, size);
    } else if (size >= 16) {
        detail::copy_overlapping<detail::two_words>(to, from, size);
    } else if (size >= 8) {
        detail::copy_overlapping<std::uint64_t>(to, from, size);
    } else if (size >= 4) {
        detail::copy_overlapping<std::uint32_t>(to, from, size);
    } else if (size >= 2) {
        detail::copy_overlapping<std::uint16_t>(to, from, size);
    } else if (size == 1) {
        *to = *from;
    }
    return to + size;
}

[[gnu::always_inline]] inline bool same_text(std::string_view a, std::string_view b) noexcept {
    const auto size = a.size();
    if (size != b.size()) return false;
    if (size > 16) {
        return detail::same_overlapping<std::uint64_t>(a.data(), b.data(), 16) &&
               (size <= 32
                    ? detail::same_overlapping<std::uint64_t>(a.data() + size - 16, b.data() + size - 16, 16)
                    : a == b);
    }
    if (size >= 8) return detail::same_overlapping<std::uint64_t>(a.data(), b.data(), size);
    if (size >= 4) return detail::same_overlapping<std::uint32_t>(a.data(), b.data(), size);
    if (size >= 2) return detail::same_overlapping<std::uint16_t>(a.data(), b.data(), size);
    return size == 0 || a.front() == b.front();
}

}  // namespace cardresolver::card
