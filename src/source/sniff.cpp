#include "source/sniff.hpp"

#include "card/text.hpp"
#include "database/database_url.hpp"
#include "source/column_name.hpp"
#include "source/csv_layout.hpp"
#include "source/decompression.hpp"
#include "source/record.hpp"

#include <algorithm>
#include <array>

namespace cardresolver::source {
namespace {

using namespace std::string_view_literals;

struct signature {
    std::string_view bytes;
    std::string_view complaint;
};

constexpr std::array signatures{
    signature{"\x1F\x8B"sv, "holds another gzip file; decompress it first (gzip -dc FILE | cardresolver …)"},
    signature{"\x28\xB5\x2F\xFD"sv,
              "holds another zstd file; decompress it first (zstd -dc FILE | cardresolver …)"},
    signature{"BZh"sv, "is compressed with bzip2; decompress it first (bzip2 -dc FILE | cardresolver …)"},
    signature{"\xFD"
              "7zXZ\0"sv,
              "is compressed with xz; decompress it first (xz -dc FILE | cardresolver …)"},
    signature{"PK\x03\x04"sv,
              "is a ZIP archive or an Excel workbook (.xlsx); unpack it, or save it as CSV (UTF-8)"},
    signature{"\xD0\xCF\x11\xE0"sv, "is an Excel workbook (.xls); save it as CSV (UTF-8)"},
    signature{"%PDF-"sv, "is a PDF document; a plain list or CSV is needed"},
    signature{database::sqlite_magic, "is an SQLite database; export the numbers as a plain list or CSV"},
    signature{"\xFF\xFE"sv, "is UTF-16 text; convert it first (iconv -f UTF-16 -t UTF-8)"},
    signature{"\xFE\xFF"sv, "is UTF-16 text; convert it first (iconv -f UTF-16 -t UTF-8)"},
};

constexpr std::size_t judged_bytes = 4096;
constexpr std::size_t least_line_bytes = 11;
constexpr std::size_t utf16_pairs = 8;

/// A list of digits in UTF-16 without a byte order mark: every other byte is NUL.
bool looks_like_utf16(std::string_view bytes) noexcept {
    if (bytes.size() < 2 * utf16_pairs) return false;
    for (const std::size_t high_byte : {0U, 1U}) {
        bool alternates = true;
        for (std::size_t i = 0; i < 2 * utf16_pairs; ++i) {
            alternates = alternates && (bytes[i] == '\0') == (i % 2 == high_byte);
        }
        if (alternates) return true;
    }
    return false;
}

bool is_unusual_control(char c) noexcept {
    return (c >= '\0' && c < '\t') || (c > '\r' && c < ' ') || c == '\x7F';
}

/// A whole line without control characters that is as long as the shortest number.
bool has_proper_line(std::string_view bytes) noexcept {
    for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
        const auto line = bytes.substr(0, end);
        if (end >= least_line_bytes && std::none_of(line.begin(), line.end(), is_unusual_control))
            return true;
        bytes.remove_prefix(end + 1);
    }
    return false;
}

/// A line of NULs is a bad line, and so is all of a short list; what goes on like that is none.
bool looks_binary(std::string_view bytes) noexcept {
    const auto controls =
        static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), is_unusual_control));
    return bytes.size() >= judged_bytes && controls * 8 >= bytes.size() && !has_proper_line(bytes);
}

/// A field as it is meant, quoted or not.
std::string_view without_quotes(std::string_view field) noexcept {
    if (field.size() < 2 || !field.starts_with('"') || !field.ends_with('"')) return field;
    return field.substr(1, field.size() - 2);
}

}  // namespace

std::string_view find_foreign_content(std::string_view first_bytes) noexcept {
    for (const auto& one : signatures) {
        if (first_bytes.starts_with(one.bytes)) return one.complaint;
    }
    const auto judged = first_bytes.substr(0, judged_bytes);
    if (looks_like_utf16(judged))
        return "looks like UTF-16 text; convert it first (iconv -f UTF-16LE -t UTF-8)";
    if (looks_binary(judged)) return "looks like binary data; a plain list or CSV is needed";
    return {};
}

blank_lines count_blank_lines(std::string_view text) noexcept {
    blank_lines blank;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', blank.bytes)) {
        if (!card::trim_blanks(text.substr(blank.bytes, end - blank.bytes)).empty()) break;
        blank.bytes = end + 1;
        ++blank.lines;
    }
    return blank;
}

std::optional<std::string_view> find_first_line(std::string_view text, bool at_end) noexcept {
    const bool is_enough = at_end || text.size() > max_record_length;
    text = text.substr(0, max_record_length);
    const auto end = text.find('\n');
    if (end == std::string_view::npos && !is_enough) return std::nullopt;
    return text.substr(0, end);
}

input_format guess_format(const input_settings& settings, std::string_view first_line) {
    const auto line = card::trim_blanks(first_line);
    if (has_extension(without_compression_ending(settings.path), ".csv")) return input_format::csv;
    if (line.starts_with('{')) return input_format::ndjson;
    const bool is_csv =
        !settings.column.empty() || has_several_fields(line) || is_known_column(without_quotes(line));
    return is_csv ? input_format::csv : input_format::text;
}

}  // namespace cardresolver::source
