#include "source/text_parser.hpp"

#include "card/text.hpp"
#include "source/byte_places.hpp"

#include <algorithm>

namespace cardresolver::source {
namespace {

bool has_ascii_blanks_alone(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

bool is_blank(std::string_view line) noexcept {
    return (line.empty() || !card::is_visible(line.front())) && card::trim_blanks(line).empty();
}

/// Nearly every line: not blank, not longer than `longest`, without a CR at its end.
bool is_usual(std::string_view line, std::size_t longest) noexcept {
    return !line.empty() && line.size() <= longest && card::is_visible(line.front()) && line.back() != '\r';
}

std::size_t without_carriage_return(std::string_view line) noexcept {
    return line.size() - (line.ends_with('\r') ? 1 : 0);
}

}  // namespace

std::size_t text_parser::parse(record_block& block, bool at_end) {
    const auto done = take_lines(block);
    const auto left = block.text.size() - done;
    if (left != 0 && !at_end) return take_unfinished(block, done, left) ? block.text.size() : done;
    if (left != 0) {
        take_line(block, done, left);
        ++lines_;
    } else if (at_end && long_line_ != long_line::no) {
        ++lines_;
    }
    if (at_end) long_line_ = long_line::no;
    return block.text.size();
}

/// All that have their line ends. Returns how many bytes that takes.
std::size_t text_parser::take_lines(record_block& block) {
    const std::string_view text = block.text;
    std::size_t position = 0;
    auto lines = lines_;  // in a register, as long as lines are usual
    auto longest_usual = long_line_ == long_line::no ? max_line_length : 0;
    const auto take = [&](std::size_t line_end) {
        const std::string_view line(text.data() + position, line_end - position);
        if (is_usual(line, longest_usual)) [[likely]] {
            block.records.push_back({lines + 1, static_cast<std::uint32_t>(position),
                                     static_cast<std::uint32_t>(line.size()), card::invalid_reason::none});
        } else {
            lines_ = lines;
            take_line(block, position, line.size());
            longest_usual = max_line_length;
        }
        ++lines;
        position = line_end + 1;
        return true;
    };
    for_each_place(text, take, '\n');
    lines_ = lines;
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
