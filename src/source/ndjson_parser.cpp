#include "source/ndjson_parser.hpp"

#include "card/text.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

namespace cardresolver::source {
namespace {

bool lies_within(std::string_view part, std::string_view whole) noexcept {
    const std::less_equal<> not_after;  // a total order, also between unrelated pointers
    return not_after(whole.data(), part.data()) && not_after(part.data(), whole.data() + whole.size());
}

}  // namespace

std::size_t ndjson_parser::parse(record_block& block, bool at_end) {
    const std::string_view text = block.text;
    std::size_t position = 0;
    while (position < text.size()) {
        const auto rest = text.substr(position);
        const auto line_end = rest.find('\n');
        const bool is_unfinished = line_end == std::string_view::npos;
        const auto length = is_unfinished ? rest.size() : line_end;
        if (is_unfinished && !at_end) {
            return take_unfinished(block, position, length) ? text.size() : position;
        }
        take_line(block, position, length);
        ++lines_;
        position += length + (is_unfinished ? 0 : 1);
    }
    if (at_end && skipping_) {
        skipping_ = false;
        ++lines_;
    }
    return position;
}

void ndjson_parser::take_line(record_block& block, std::size_t offset, std::size_t length) {
    const auto line = std::string_view(block.text).substr(offset, length);
    if (skipping_) {
        skipping_ = false;
    } else if (length > max_record_length) {
        add_too_long(block, offset);
    } else if (!card::trim_blanks(line).empty()) {
        take_object(block, offset, length);
    }
}

/// A text that had to be unescaped is put in the place of its line: it is shorter.
void ndjson_parser::take_object(record_block& block, std::size_t offset, std::size_t length) {
    const auto line = std::string_view(block.text).substr(offset, length);
    const auto field = reader_.find(line);
    keep(block, field.problem == card::invalid_reason::json_malformed ? std::string_view() : line);
    if (field.problem != card::invalid_reason::none)
        return add(block, offset, std::min(length, kept_of_unread_record), field.problem);
    auto begin = offset;
    if (lies_within(field.text, line)) {
        begin += static_cast<std::size_t>(field.text.data() - line.data());
    } else {
        std::memcpy(block.text.data() + offset, field.text.data(), field.text.size());
    }
    add(block, begin, field.text.size(), card::invalid_reason::none);
}

/// A piece of a line whose end is not there yet. True where it is done with.
bool ndjson_parser::take_unfinished(record_block& block, std::size_t offset, std::size_t length) {
    if (skipping_) return true;
    if (length <= max_record_length) return false;
    add_too_long(block, offset);
    skipping_ = true;
    return true;
}

void ndjson_parser::add_too_long(record_block& block, std::size_t offset) {
    keep(block, {});
    add(block, offset, kept_of_unread_record, card::invalid_reason::json_too_long);
}

void ndjson_parser::add(record_block& block, std::size_t offset, std::size_t length,
                        card::invalid_reason problem) {
    block.records.push_back(
        {lines_ + 1, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length), problem});
}

}  // namespace cardresolver::source
