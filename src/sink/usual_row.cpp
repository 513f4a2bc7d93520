#include "sink/usual_row.hpp"

#include "card/short_text.hpp"
#include "sink/row_format.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <limits>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cardresolver::sink {
namespace {

/// What a row is looked at by.
constexpr std::size_t block = 16;

/// A byte is enough to count its commas.
constexpr std::size_t longest_usual_row = 255;

/// The commas before the message.
constexpr std::size_t separators = row_columns.size() - 1;

/// The digits of a line, all separators and the line feed.
constexpr std::size_t frame = std::numeric_limits<std::uint64_t>::digits10 + 1 + separators + 1;

/// ",kind,outcome,", by both.
constexpr auto middles = [] {
    constexpr std::size_t longest = sizeof ",msisdn,resolved,";
    struct text {
        std::array<char, longest> characters{};
        std::size_t size = 0;
        constexpr void append(std::string_view more) {
            for (const char c : more)
                characters[size++] = c;
        }
    };
    std::array<std::array<text, card::outcome_kind_count>, card::card_kind_count + 1> all{};
    for (std::size_t kind = 0; kind <= card::card_kind_count; ++kind) {
        for (std::size_t outcome = 0; outcome < card::outcome_kind_count; ++outcome) {
            auto& one = all[kind][outcome];
            one.append(",");
            if (kind < card::card_kind_count) one.append(to_string(card::all_card_kinds[kind]));
            one.append(",");
            one.append(card::outcome_kind_names[outcome]);
            one.append(",");
        }
    }
    return all;
}();

std::string_view middle_of(const card::card_outcome& row) noexcept {
    const auto kind = row.kind ? card::index_of(*row.kind) : card::card_kind_count;
    const auto& one = middles[kind][static_cast<std::size_t>(row.outcome)];
    return {one.characters.data(), one.size};
}

/// Whether of `size` bytes, a multiple of `block`, so many are commas, and all others printable ASCII but no
/// quotes. No more than `longest_usual_row` of them are commas.
bool is_plain_but_commas(const char* text, std::size_t size, std::size_t commas) noexcept {
#if defined(__SSE2__)
    auto strange = _mm_setzero_si128();
    auto found = _mm_setzero_si128();
    for (std::size_t at = 0; at < size; at += block) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
        // As a signed number, what is not ASCII is less than a blank, too.
        strange = _mm_or_si128(strange, _mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')));
        strange = _mm_or_si128(strange, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\x7F')));
        strange = _mm_or_si128(strange, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
        found = _mm_sub_epi8(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(',')));
    }
    const auto sums = _mm_sad_epu8(found, _mm_setzero_si128());
    const auto counted = _mm_cvtsi128_si32(sums) + _mm_cvtsi128_si32(_mm_srli_si128(sums, 8));
    return _mm_movemask_epi8(strange) == 0 && static_cast<std::size_t>(counted) == commas;
#else
    std::size_t found = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const char c = text[i];
        if (static_cast<signed char>(c) < ' ' || c == '\x7F' || c == '"') return false;
        found += c == ',' ? 1 : 0;
    }
    return found == commas;
#endif
}

}  // namespace

bool usual_rows::is_usual_message(std::string_view message) {
    if (card::same_text(message, usual_message_)) return true;
    if (!is_plain_csv_text(message)) return false;
    usual_message_ = message;
    return true;
}

/// Cards are answered in the order of the list, a request at a time: most lines are the next one.
char* usual_rows::append_line(char* to, std::uint64_t line) {
    const bool is_next = line > line_ && line - line_ == 1 && line_digits_[line_size_ - 1] != '9';
    line_ = line;
    if (is_next) {
        ++line_digits_[line_size_ - 1];
    } else {
        const char* const end = std::to_chars(line_digits_.begin(), line_digits_.end(), line).ptr;
        line_size_ = static_cast<std::size_t>(end - line_digits_.begin());
    }
    return card::copy_text(to, {line_digits_.data(), line_size_});
}

bool usual_rows::append(std::string& out, const card::card_outcome& row, std::string_view front) {
    std::array<char, longest_usual_row + block> text;  // each byte is written before it is read
    const auto middle = middle_of(row);
    const auto needed = frame + middle.size() + row.number.size() + row.iccid.size() + row.msisdn.size() +
                        row.imsi.size() + row.status.size() + row.message.size();
    if (needed > longest_usual_row || !is_usual_message(row.message)) return false;
    char* end = append_line(text.data(), row.line);
    *end++ = ',';
    end = card::copy_text(end, row.number);
    end = card::copy_text(end, middle);
    end = card::copy_text(end, row.iccid);
    *end++ = ',';
    end = card::copy_text(end, row.msisdn);
    *end++ = ',';
    end = card::copy_text(end, row.imsi);
    *end++ = ',';
    end = card::copy_text(end, row.status);
    std::memset(end, ' ', block);  // fills the last block
    const auto size = static_cast<std::size_t>(end - text.data());
    if (!is_plain_but_commas(text.data(), (size + block - 1) / block * block, separators - 1)) return false;
    *end++ = ',';
    end = card::copy_text(end, row.message);
    *end++ = '\n';
    if (!front.empty()) out.append(front);
    out.append(text.data(), static_cast<std::size_t>(end - text.data()));
    return true;
}

}  // namespace cardresolver::sink
