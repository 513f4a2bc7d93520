// What the items of a reply have in common, so that the next one is read by a comparison.
//
// The items of one reply hardly differ but in the characters of their numbers. A shape is learnt from an item
// that was read member by member: for each of its bytes the lowest and the highest one that may stand there.
// In the quoted text of a number these are '0' and '9', in that of an ICCID '0' and 'Z'; anywhere else they
// are the byte itself. So what fits has the same members as the item that was learnt, at the same places and
// with the same texts, but for the numbers. Of these no byte is a quote, a backslash, a control character or
// part of a blank: they are plain texts with nothing to trim.
#pragma once

#include "carrier/reply.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cardresolver::carrier {

/// The shape of one item. Nothing fits one that has learnt nothing.
class item_shape {
public:
    /// Items that are shorter or longer, in bytes, are not learnt.
    static constexpr std::size_t min_size = 16;
    static constexpr std::size_t max_size = 256;

    /// Takes on the shape of `text`, a whole object in which `item` was read: each of its texts is null, or
    /// is in `text` and was trimmed. False, and it stays as it was, where the size is out of range. `id`
    /// is `reply_item::shape` of all its items.
    bool learn(std::string_view text, const reply_item& item, std::uint64_t id = 0) noexcept;

    /// Whether `text` begins with an item of this shape.
    bool fits(std::string_view text) const noexcept {
#if defined(__SSE2__)
        return fits_by_blocks(text);
#else
        return fits_by_bytes(text);
#endif
    }

    /// The same, for machines without SSE2.
    bool fits_by_bytes(std::string_view text) const noexcept;

    /// Bytes that an item of this shape has.
    std::size_t size() const noexcept {
        return size_;
    }

    /// The item that `text` begins with, which fits. A text that is absent is empty, but not null.
    reply_item item_at(const char* text) const noexcept {
        const auto view = [text](place of) { return std::string_view(text + of.offset, of.size); };
        return {view(status_), view(message_), view(iccid_), view(imsi_), view(msisdn_), id_};
    }

private:
    struct place {
        std::uint16_t offset = 0;
        std::uint16_t size = 0;
    };

    /// Lets the text of a number at `at` be any from '0' to `highest`, where it is one now, in quotes.
    void vary(std::string_view text, place at, char highest) noexcept;

#if defined(__SSE2__)
    static __m128i load(const void* unaligned) noexcept {
        return _mm_loadu_si128(static_cast<const __m128i*>(unaligned));
    }
    static __m128i load_aligned(const void* aligned) noexcept {
        return _mm_load_si128(static_cast<const __m128i*>(aligned));
    }
    /// Zero in each byte that is within its bounds.
    static __m128i faults(__m128i bytes, __m128i lowest, __m128i spread) noexcept {
        return _mm_subs_epu8(_mm_sub_epi8(bytes, lowest), spread);
    }

    /// By 16 bytes at once; the last of them overlap where the item ends in between.
    bool fits_by_blocks(std::string_view text) const noexcept {
        if (text.size() < size_) return false;
        const auto last = size_ - sizeof(__m128i);
        auto found = faults(load(text.data() + last), load(&lowest_[last]), load(&spread_[last]));
        for (std::size_t at = 0; at < last; at += sizeof(__m128i)) {
            const auto lowest = load_aligned(&lowest_[at]);
            found = _mm_or_si128(found, faults(load(text.data() + at), lowest, load_aligned(&spread_[at])));
        }
        return _mm_movemask_epi8(_mm_cmpeq_epi8(found, _mm_setzero_si128())) == 0xFFFF;
    }
#endif

    /// What may stand in each byte: `lowest`, or as much as `spread` more.
    alignas(16) std::array<unsigned char, max_size> lowest_{};
    alignas(16) std::array<unsigned char, max_size> spread_{};
    std::size_t size_ = std::numeric_limits<std::size_t>::max();  // no text is as long
    place status_;
    place message_;
    place iccid_;
    place imsi_;
    place msisdn_;
    std::uint64_t id_ = 0;
};

/// The shapes of the items that came last.
class item_shapes {
public:
    /// The shape that `text` begins with; null where none fits.
    const item_shape* find(std::string_view text) noexcept {
        return shapes_[latest_].fits(text) ? &shapes_[latest_] : find_another(text);
    }

    /// Puts the shape of `text` in the place of the one that was learnt first (see `item_shape::learn`).
    void learn(std::string_view text, const reply_item& item) noexcept;

private:
    const item_shape* find_another(std::string_view text) noexcept;

    /// Answers of a few kinds alternate: found or refused, numbers of one length or another.
    std::array<item_shape, 4> shapes_;
    std::size_t latest_ = 0;  ///< the one that has fitted last
    std::size_t oldest_ = 0;  ///< the one to be replaced next
    std::uint64_t learnt_ = 0;
};

}  // namespace cardresolver::carrier
