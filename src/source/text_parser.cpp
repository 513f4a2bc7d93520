#include "source/text_parser.hpp"

#include "card/text.hpp"

#include <algorithm>
#include <cstring>

namespace cardresolver::source {
namespace {

bool has_ascii_blanks_alone(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

bool is_blank(std::string_view line) noexcept {
    // Nearly every line starts with a character that no blank starts with.
    if (!line.empty() && line.front() > ' ' && line.front() < '\x7F') return false;
    return card::trim_blanks(line).empty();
}

std::size_t without_carriage_return(std::string_view line) noexcept {
    return line.size() - (line.ends_with('\r') ? 1 : 0);
}

}  // namespace

std::size_t text_parser::parse(record_block& block, bool at_end) {
    const std::string_view text = block.text;
    std::size_t position = 0;
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
