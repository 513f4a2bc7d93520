#include "sink/row_format.hpp"

#include "card/byte_word.hpp"
#include "card/text.hpp"
#include "sink/compact_row.hpp"
#include "sink/encoder.hpp"
#include "sink/extension.hpp"
#include "sink/spreadsheet_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>

namespace cardresolver::sink {
namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view csv_header = "line,number,kind,outcome,iccid,msisdn,imsi,status,message\n";
constexpr std::string_view failures_header = "line,number,kind,status,message\n";

/// For each byte whether it can stand in either format as it is. What is above ASCII is looked at more
/// closely.
constexpr std::array<bool, 256> make_plain_bytes() noexcept {
    std::array<bool, 256> plain{};
    for (std::size_t byte = 0x20; byte < 0x7F; ++byte)
        plain[byte] = true;
    for (const char special : {',', '"', '\\'})
        plain[static_cast<unsigned char>(special)] = false;
    return plain;
}

constexpr auto plain_bytes = make_plain_bytes();

constexpr bool is_plain(char c) noexcept {
    return plain_bytes[static_cast<unsigned char>(c)];
}

/// Whether eight bytes are plain, all at once.
constexpr bool is_plain_word(std::uint64_t word) noexcept {
    const auto printable = card::bytes_between(word, ' ', '~');
    const auto special = card::bytes_between(word, ',', ',') | card::bytes_between(word, '"', '"') |
                         card::bytes_between(word, '\\', '\\');
    return card::is_ascii_word(word) && (printable & ~special) == card::every_byte;
}

std::size_t count_plain(std::string_view text) noexcept {
    std::size_t count = 0;
    for (; count + sizeof(std::uint64_t) <= text.size(); count += sizeof(std::uint64_t)) {
        if (!is_plain_word(card::word_at(text.data() + count))) break;
    }
    while (count < text.size() && is_plain(text[count]))
        ++count;
    return count;
}

void append_number(std::string& out, std::uint64_t value) {
    std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> digits{};
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), result.ptr);
}

/// Appends `text` run by run: plain bytes and well-formed UTF-8 as they are, malformed bytes as U+FFFD, and
/// each other ASCII character as `append_special` will have it.
template <typename AppendSpecial>
void append_text(std::string& out, std::string_view text, AppendSpecial append_special) {
    while (!text.empty()) {
        const auto plain = count_plain(text);
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) return;
        const auto length = card::utf8_length(text);
        if (length == 1) {
            append_special(text.front());
        } else {
            out.append(length == 0 ? replacement_character : text.substr(0, length));
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

constexpr bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7F';
}

void append_csv_characters(std::string& out, std::string_view text, bool is_quoted) {
    if (is_quoted) out.push_back('"');
    append_text(out, text, [&out](char c) {
        if (is_control(c) && c != '\t' && c != '\r' && c != '\n') {
            out.append(replacement_character);
            return;
        }
        if (c == '"') out.push_back('"');
        out.push_back(c);
    });
    if (is_quoted) out.push_back('"');
}

void append_csv_text(std::string& out, std::string_view text) {
    if (is_plain_csv_text(text)) {
        out.append(text);
    } else {
        append_csv_characters(out, text, text.find_first_of(",\"\r\n") != std::string_view::npos);
    }
}

/// Quoted also for a semicolon or a tab, which some spreadsheets take for delimiters beside the comma.
void append_spreadsheet_text(std::string& out, std::string_view text) {
    if (is_spoiled_number(text)) {
        out.append("\"=\"\"").append(text).append("\"\"\"");
        return;
    }
    std::string neutral;
    if (may_be_formula(text)) {
        append_neutral(neutral, text);
        text = neutral;
    }
    if (is_plain_csv_text(text) && text.find(';') == std::string_view::npos) {
        out.append(text);
    } else {
        append_csv_characters(out, text, text.find_first_of(",;\t\"\r\n") != std::string_view::npos);
    }
}

void append_json_special(std::string& out, char c) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
        out.append({'\\', c});
    } else if (c == '\n') {
        out.append("\\n");
    } else if (c == '\r') {
        out.append("\\r");
    } else if (c == '\t') {
        out.append("\\t");
    } else if (is_control(c)) {
        out.append({'\\', 'u', '0', '0', hexadecimal[byte >> 4U], hexadecimal[byte & 0x0FU]});
    } else {
        out.push_back(c);
    }
}

void append_json_text(std::string& out, std::string_view text) {
    out.push_back('"');
    append_text(out, text, [&out](char c) { append_json_special(out, c); });
    out.push_back('"');
}

void append_json_number_or_null(std::string& out, std::string_view number) {
    if (number.empty()) {
        out.append("null");
    } else {
        append_json_text(out, number);
    }
}

std::string_view kind_of(const card::card_outcome& row) noexcept {
    return row.kind ? to_string(*row.kind) : std::string_view();
}

void append_csv_row(std::string& out, const card::card_outcome& row) {
    append_number(out, row.line);
    for (const auto text : {row.number, kind_of(row), to_string(row.outcome), row.iccid, row.msisdn, row.imsi,
                            row.status, row.message}) {
        out.push_back(',');
        append_csv_text(out, text);
    }
    out.push_back('\n');
}

void append_spreadsheet_row(std::string& out, const card::card_outcome& row) {
    append_number(out, row.line);
    out.push_back(',');
    append_spreadsheet_text(out, row.number);
    out.append(",").append(kind_of(row)).append(",").append(to_string(row.outcome));
    for (const auto text : {row.iccid, row.msisdn, row.imsi, row.status, row.message}) {
        out.push_back(',');
        append_spreadsheet_text(out, text);
    }
    out.push_back('\n');
}

void append_ndjson_row(std::string& out, const card::card_outcome& row, std::string_view front) {
    out.push_back('{');
    out.append(front).append("\"line\":");
    append_number(out, row.line);
    out.append(",\"number\":");
    append_json_text(out, row.number);
    out.append(",\"kind\":");
    append_json_number_or_null(out, kind_of(row));
    out.append(",\"outcome\":");
    append_json_text(out, to_string(row.outcome));
    out.append(",\"iccid\":");
    append_json_number_or_null(out, row.iccid);
    out.append(",\"msisdn\":");
    append_json_number_or_null(out, row.msisdn);
    out.append(",\"imsi\":");
    append_json_number_or_null(out, row.imsi);
    out.append(",\"status\":");
    append_json_text(out, row.status);
    out.append(",\"message\":");
    append_json_text(out, row.message);
    out.append("}\n");
}

}  // namespace

std::optional<output_format> format_of(std::string_view target) noexcept {
    target = without_compression(target);
    if (has_extension(target, ".csv")) return output_format::csv;
    if (has_extension(target, ".ndjson") || has_extension(target, ".jsonl")) return output_format::ndjson;
    return std::nullopt;
}

void append_header(std::string& out, output_format format, std::string_view front) {
    if (format == output_format::database) return append_compact_header(out, front);
    if (format != output_format::ndjson) out.append(front).append(csv_header);
}

void append_row(std::string& out, output_format format, const card::card_outcome& row,
                std::string_view front) {
    switch (format) {
        case output_format::csv:
            out.append(front);
            return append_csv_row(out, row);
        case output_format::spreadsheet_csv:
            out.append(front);
            return append_spreadsheet_row(out, row);
        case output_format::ndjson:
            return append_ndjson_row(out, row, front);
        case output_format::database:
            return append_compact_row(out, row, front);
    }
}

bool is_plain_csv_text(std::string_view text) noexcept {
    while (!text.empty()) {
        const bool is_ascii = static_cast<unsigned char>(text.front()) < 0x80;
        const auto clean = is_ascii ? count_plain(text) : card::utf8_length(text);
        if (clean == 0) return false;
        text.remove_prefix(clean);
    }
    return true;
}

void append_csv_field(std::string& out, output_format format, std::string_view text) {
    if (format == output_format::spreadsheet_csv) {
        append_spreadsheet_text(out, text);
    } else {
        append_csv_text(out, text);
    }
}

void append_clean_text(std::string& out, std::string_view text) {
    append_text(out, text, [&out](char c) {
        if (is_control(c) && c != '\t' && c != '\r' && c != '\n') {
            out.append(replacement_character);
        } else {
            out.push_back(c);
        }
    });
}

void append_json_string(std::string& out, std::string_view text) {
    append_json_text(out, text);
}

void append_well_formed(std::string& out, std::string_view json) {
    append_text(out, json, [&out](char c) { out.push_back(c); });
}

void append_failures_header(std::string& out) {
    out.append(failures_header);
}

void append_failure(std::string& out, output_format format, const card::card_outcome& row) {
    append_number(out, row.line);
    for (const auto text : {row.number, kind_of(row), row.status, row.message}) {
        out.push_back(',');
        append_csv_field(out, format, text);
    }
    out.push_back('\n');
}

}  // namespace cardresolver::sink
