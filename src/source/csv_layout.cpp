#include "source/csv_layout.hpp"

#include "card/canonical.hpp"
#include "card/text.hpp"
#include "source/column_name.hpp"
#include "source/csv_scan.hpp"
#include "source/input.hpp"
#include "source/record.hpp"

#include <algorithm>
#include <vector>

namespace cardresolver::source {
namespace {

constexpr std::size_t max_listed_columns = 20;
constexpr std::size_t max_listed_bytes = 40;

constexpr bool is_delimiter(char c) noexcept {
    return std::find(known_delimiters.begin(), known_delimiters.end(), c) != known_delimiters.end();
}

struct walked_record {
    std::size_t end = std::string_view::npos;  ///< position of its line end; npos where none is seen
    bool is_open = false;                      ///< a quoted field does not close
};

/// Looks for the end of the record at the front of `text`, whatever its delimiter is. `see(c)` is called for
/// every delimiter that stands outside quotes.
template <typename See>
walked_record walk_record(std::string_view text, See see) {
    bool is_field_start = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_field_start && text[i] == '"') {
            i = find_closing(text, i + 1, true);
            if (i == std::string_view::npos) return {i, true};
            if (i == text.size()) break;
        }
        if (text[i] == '\n') return {i, false};
        is_field_start = is_delimiter(text[i]);
        if (is_field_start) see(text[i]);
    }
    return {};
}

std::string_view without_carriage_return(std::string_view record) noexcept {
    if (record.ends_with('\r')) record.remove_suffix(1);
    return record;
}

struct delimiter_count {
    char delimiter;
    std::size_t count;
};

/// The known delimiters, the most frequent one first.
std::array<delimiter_count, known_delimiters.size()> rank_delimiters(std::string_view record) noexcept {
    std::array<delimiter_count, known_delimiters.size()> ranked{};
    for (std::size_t i = 0; i < ranked.size(); ++i)
        ranked[i] = {known_delimiters[i], 0};
    walk_record(record, [&ranked](char seen) {
        for (auto& one : ranked)
            one.count += one.delimiter == seen ? 1 : 0;
    });
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.count > b.count; });
    return ranked;
}

using fields = std::vector<std::string>;

std::optional<std::size_t> find_column(const fields& names, std::string_view wanted) noexcept {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [wanted](const std::string& name) { return is_same_name(name, wanted); });
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
}

std::optional<std::size_t> find_number(const fields& values) noexcept {
    const auto found = std::find_if(values.begin(), values.end(), [](const std::string& value) {
        return card::canonicalize(value, {std::nullopt, true}).is_valid();
    });
    if (found == values.end()) return std::nullopt;
    return static_cast<std::size_t>(found - values.begin());
}

std::optional<std::size_t> find_number_column(const fields& names, const std::string& column) noexcept {
    if (!column.empty()) return find_column(names, column);
    for (const auto known : known_columns) {
        if (const auto found = find_column(names, known)) return found;
    }
    return std::nullopt;
}

std::string list_fields(const fields& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != 0) text.append(", ");
        if (i == max_listed_columns) return text.append("…");
        text.push_back('\'');
        card::append_printable(text, card::trim_blanks(names[i]), max_listed_bytes);
        text.push_back('\'');
    }
    return text;
}

[[noreturn]] void complain(const std::string& why) {
    throw input_error(input_error::error_kind::unusable, why);
}

[[noreturn]] void complain_of_columns(const fields& names, const std::string& column) {
    if (column.empty()) {
        complain("no column is named number, iccid, imsi or msisdn; there are " + list_fields(names) +
                 "; name the one with the numbers by --column");
    }
    std::string wanted;
    card::append_printable(wanted, column, max_listed_bytes);
    complain("there is no column '" + wanted + "'; there are " + list_fields(names));
}

}  // namespace

std::optional<std::string_view> find_first_record(std::string_view text, bool at_end) noexcept {
    const bool is_enough = at_end || text.size() > max_record_length;
    text = text.substr(0, max_record_length);
    while (!text.empty()) {
        const auto line_end = text.find('\n');
        if (line_end == std::string_view::npos && !is_enough) return std::nullopt;
        if (!card::trim_blanks(text.substr(0, line_end)).empty()) {
            const auto walked = walk_record(text, [](char) {});
            if (walked.end == std::string_view::npos && !is_enough) return std::nullopt;
            return without_carriage_return(text.substr(0, walked.is_open ? line_end : walked.end));
        }
        text.remove_prefix(line_end == std::string_view::npos ? text.size() : line_end + 1);
    }
    if (is_enough) return std::string_view();
    return std::nullopt;
}

bool has_several_fields(std::string_view record) noexcept {
    return rank_delimiters(record).front().count > 0;
}

csv_layout find_layout(std::string_view first_record, const std::string& column) {
    const auto ranked = rank_delimiters(first_record);
    for (const auto& one : ranked) {
        const auto values = split_record(first_record, one.delimiter);
        const auto number = find_number(values);
        if (!number) continue;
        if (column.empty()) return {one.delimiter, *number, false};
        std::string wanted;
        card::append_printable(wanted, column, max_listed_bytes);
        complain("there is no column '" + wanted +
                 "': the first record holds a card number, so the list has no header; its fields are " +
                 list_fields(values));
    }
    for (const auto& one : ranked) {
        const auto found = find_number_column(split_record(first_record, one.delimiter), column);
        if (found) return {one.delimiter, *found, true};
    }
    complain_of_columns(split_record(first_record, ranked.front().delimiter), column);
}

std::size_t find_number_column_of(const std::vector<std::string>& names, const std::string& column) {
    if (const auto found = find_number_column(names, column)) return *found;
    if (column.empty() && names.size() == 1) return 0;
    complain_of_columns(names, column);
}

}  // namespace cardresolver::source
