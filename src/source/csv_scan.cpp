#include "source/csv_scan.hpp"

#include <algorithm>
#include <cstring>

namespace cardresolver::source {
namespace {

constexpr auto not_found = std::string_view::npos;

std::size_t find(std::string_view text, char wanted, std::size_t from) noexcept {
    if (from >= text.size()) return not_found;
    const auto* const found =
        static_cast<const char*>(std::memchr(text.data() + from, wanted, text.size() - from));
    return found == nullptr ? not_found : static_cast<std::size_t>(found - text.data());
}

/// `line` has no quote and no line end.
void find_plain_field(std::string_view line, char delimiter, std::size_t column,
                      csv_record& record) noexcept {
    std::size_t begin = 0;
    for (std::size_t field = 0; field < column; ++field) {
        const auto end = find(line, delimiter, begin);
        if (end == not_found) return;
        begin = end + 1;
    }
    const auto end = find(line, delimiter, begin);
    record.field_begin = begin;
    record.field_end = end == not_found ? line.size() : end;
}

std::size_t count_line_breaks(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

enum class closing : std::uint8_t { clean, unknown, followed_by_text };

/// What stands behind a closing quote, at `end`.
closing judge_closing(std::string_view text, std::size_t end, char delimiter, bool at_end) noexcept {
    if (end == text.size()) return at_end ? closing::clean : closing::unknown;
    if (text[end] == delimiter || text[end] == '\n') return closing::clean;
    if (text[end] != '\r') return closing::followed_by_text;
    if (end + 1 == text.size()) return at_end ? closing::clean : closing::unknown;
    return text[end + 1] == '\n' ? closing::clean : closing::followed_by_text;
}

/// The quoted field that starts at `begin`: sets `end` behind its closing quote.
csv_record::state scan_quotes(std::string_view text, std::size_t begin, std::size_t& end, char delimiter,
                              bool at_end) noexcept {
    end = find_closing(text, begin + 1, at_end);
    if (end == not_found) return csv_record::state::incomplete;
    const auto behind = judge_closing(text, end, delimiter, at_end);
    if (behind == closing::unknown) return csv_record::state::incomplete;
    const bool spans_lines = find(text.substr(0, end), '\n', begin) != not_found;
    return behind == closing::followed_by_text && spans_lines ? csv_record::state::broken
                                                              : csv_record::state::complete;
}

/// The way of records that hold a quote somewhere.
csv_record scan_quoted_record(std::string_view text, char delimiter, std::size_t column,
                              bool at_end) noexcept {
    csv_record record;
    std::size_t begin = 0;
    for (std::size_t field = 0;; ++field) {
        auto end = begin;
        if (begin < text.size() && text[begin] == '"') {
            const auto quotes = scan_quotes(text, begin, end, delimiter, at_end);
            if (quotes != csv_record::state::complete) return {quotes, end, 0, 0, 0};
        }
        while (end < text.size() && text[end] != delimiter && text[end] != '\n')
            ++end;
        if (end == text.size() && !at_end) return {};
        const bool is_last = end == text.size() || text[end] == '\n';
        if (field == column) {
            record.field_begin = begin;
            record.field_end = end;
            if (is_last && end > begin && text[end - 1] == '\r') --record.field_end;
        }
        if (is_last) {
            record.found = csv_record::state::complete;
            record.length = end == text.size() ? end : end + 1;
            record.lines = count_line_breaks(text.substr(0, end)) + 1;
            return record;
        }
        begin = end + 1;
    }
}

}  // namespace

std::size_t find_closing(std::string_view text, std::size_t from, bool at_end) noexcept {
    for (auto quote = find(text, '"', from); quote != not_found; quote = find(text, '"', quote + 2)) {
        if (quote + 1 == text.size()) return at_end ? quote + 1 : not_found;
        if (text[quote + 1] != '"') return quote + 1;
    }
    return not_found;
}

csv_record scan_record(std::string_view text, char delimiter, std::size_t column, bool at_end) noexcept {
    const auto line_end = find(text, '\n', 0);
    if (line_end == not_found && !at_end) return {};
    auto line = text.substr(0, line_end);
    if (find(line, '"', 0) != not_found) return scan_quoted_record(text, delimiter, column, at_end);
    csv_record record;
    record.found = csv_record::state::complete;
    record.length = line_end == not_found ? text.size() : line_end + 1;
    record.lines = 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    find_plain_field(line, delimiter, column, record);
    return record;
}

std::size_t unquote_in_place(std::string& text, std::size_t begin, std::size_t end) noexcept {
    if (begin == end || text[begin] != '"') return end - begin;
    auto out = begin;
    auto in = begin + 1;
    for (; in < end; ++in) {
        if (text[in] == '"') {
            ++in;
            if (in >= end || text[in] != '"') break;
        }
        text[out++] = text[in];
    }
    for (; in < end; ++in)
        text[out++] = text[in];
    return out - begin;
}

std::vector<std::string> split_record(std::string_view record, char delimiter) {
    std::vector<std::string> fields;
    for_each_field(record, delimiter, [&fields](std::string_view quoted) {
        std::string field(quoted);
        field.resize(unquote_in_place(field, 0, field.size()));
        fields.push_back(std::move(field));
    });
    return fields;
}

}  // namespace cardresolver::source
