#include "source/text_parser.hpp"

#include "card/text.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cardresolver::source {
namespace {

bool has_ascii_blanks_alone(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

/// Nearly every line starts with a character that no blank starts with.
bool begins_with_no_blank(char c) noexcept {
    return c > ' ' && c < '\x7F';
}

bool is_blank(std::string_view line) noexcept {
    return (line.empty() || !begins_with_no_blank(line.front())) && card::trim_blanks(line).empty();
}

std::size_t without_carriage_return(std::string_view line) noexcept {
    return line.size() - (line.ends_with('\r') ? 1 : 0);
}

#if defined(__SSE2__)
constexpr std::size_t bytes_at_once = 64;

/// A bit for each of 64 bytes: whether it is a line feed.
std::uint64_t line_feeds_of(const char* text) noexcept {
    std::uint64_t bits = 0;
    for (std::size_t at = 0; at < bytes_at_once; at += sizeof(__m128i)) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
        const auto found = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
        bits |= static_cast<std::uint64_t>(static_cast<unsigned>(found)) << at;
    }
    return bits;
}
#endif

}  // namespace

/// The whole lines in the part of the text that can be looked at 64 bytes at a time; returns where the rest
/// begins.
std::size_t text_parser::take_whole_lines(record_block& block) {
    std::size_t line = 0;
#if defined(__SSE2__)
    const std::string_view text = block.text;
    for (std::size_t at = 0; at + bytes_at_once <= text.size(); at += bytes_at_once) {
        for (auto ends = line_feeds_of(text.data() + at); ends != 0; ends &= ends - 1) {
            const auto end = at + static_cast<std::size_t>(std::countr_zero(ends));
            const auto length = end - line;
            const bool is_usual = length > 0 && length <= max_line_length &&
                                  begins_with_no_blank(text[line]) && text[end - 1] != '\r';
            if (is_usual && long_line_ == long_line::no) {
                add(block, line, length, card::invalid_reason::none);
            } else {
                take_line(block, line, length);
            }
            ++lines_;
            line = end + 1;
        }
    }
#else
    static_cast<void>(block);
#endif
    return line;
}

std::size_t text_parser::parse(record_block& block, bool at_end) {
    const std::string_view text = block.text;
    auto position = take_whole_lines(block);
    while (position < text.size()) {
        const auto rest = text.substr(position);
        const auto* const found = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
        if (found == nullptr && !at_end) {
            return take_unfinished(block, position, rest.size()) ? text.size() : position;
        }
        const auto length = found == nullptr ? rest.size() : static_cast<std::size_t>(found - rest.data());
        take_line(block, position, length);
        ++lines_;
        position += length + (found == nullptr ? 0 : 1);
    }
    if (at_end && long_line_ != long_line::no) {
        long_line_ = long_line::no;
        ++lines_;
    }
    return position;
}

void text_parser::take_line(record_block& block, std::size_t offset, std::size_t length) {
    const auto line = std::string_view(block.text).substr(offset, length);
    if (long_line_ != long_line::no) {
        continue_long(block, offset, length);
        long_line_ = long_line::no;
        return;
    }
    const auto content = without_carriage_return(line);
    if (content > max_line_length) {
        begin_long(block, offset, content);
        long_line_ = long_line::no;
        return;
    }
    if (!is_blank(line.substr(0, content))) add(block, offset, content, card::invalid_reason::none);
}

/// A piece of a line whose end is not there yet. True where it is done with.
bool text_parser::take_unfinished(record_block& block, std::size_t offset, std::size_t length) {
    if (long_line_ != long_line::no) {
        continue_long(block, offset, length);
        return true;
    }
    // A final CR may belong to the line end.
    const auto content = without_carriage_return(std::string_view(block.text).substr(offset, length));
    if (content <= max_line_length) return false;
    begin_long(block, offset, content);
    return true;
}

void text_parser::begin_long(record_block& block, std::size_t offset, std::size_t length) {
    if (has_ascii_blanks_alone(std::string_view(block.text).substr(offset, max_line_length))) {
        long_line_ = long_line::blank_so_far;
        continue_long(block, offset + max_line_length, length - max_line_length);
        return;
    }
    add(block, offset, kept_of_unread_record, card::invalid_reason::line_too_long);
    long_line_ = long_line::reported;
}

void text_parser::continue_long(record_block& block, std::size_t offset, std::size_t length) {
    if (long_line_ != long_line::blank_so_far) return;
    if (has_ascii_blanks_alone(std::string_view(block.text).substr(offset, length))) return;
    add(block, offset, 0, card::invalid_reason::line_too_long);
    long_line_ = long_line::reported;
}

void text_parser::add(record_block& block, std::size_t offset, std::size_t length,
                      card::invalid_reason problem) {
    block.records.push_back(
        {lines_ + 1, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length), problem});
}

}  // namespace cardresolver::source
