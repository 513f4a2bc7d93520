#include "net/reply_head.hpp"

#include "card/byte_word.hpp"

#include <algorithm>
#include <array>

namespace cardresolver::net {
namespace {

constexpr auto is_digit = [](char c) noexcept { return c >= '0' && c <= '9'; };

/// tchar of RFC 9110 section 5.6.2.
constexpr auto token_characters = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
        table[static_cast<unsigned char>(c)] = true;
    }
    return table;
}();

constexpr auto is_token_character = [](char c) noexcept {
    return token_characters[static_cast<unsigned char>(c)];
};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
    return text.size() == lower_case.size() && std::equal(text.begin(), text.end(), lower_case.begin(),
                                                          [](char a, char b) { return lower(a) == b; });
}

std::string_view trim(std::string_view text) {
    constexpr auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

using problem = std::optional<std::string_view>;

problem read_status_line(std::string_view line, reply_head& out) {
    // HTTP-version SP 3DIGIT SP [ reason-phrase ]; many servers leave the second blank out with the phrase.
    if (!line.starts_with("HTTP/1.1 ") && !line.starts_with("HTTP/1.0 ")) return "not an HTTP/1 reply";
    out.http_1_0 = line[7] == '0';
    const auto rest = line.substr(9);
    if (rest.size() < 3 || !std::all_of(rest.begin(), rest.begin() + 3, is_digit) || rest.front() == '0' ||
        (rest.size() > 3 && rest[3] != ' ')) {
        return "a status line without a valid status";
    }
    if (!is_field_content(rest)) return "a control character in the status line";
    out.status = static_cast<unsigned>((rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0'));
    return std::nullopt;
}

problem read_content_length(std::string_view value, reply_head& out) {
    if (out.content_length) return "more than one Content-Length";
    if (out.chunked) return "Content-Length together with Transfer-Encoding";
    // 18 digits cannot overflow, and no body that long is ever accepted.
    if (value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), is_digit)) {
        return "a Content-Length that is no number";
    }
    std::uint64_t length = 0;
    for (const char c : value)
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    out.content_length = length;
    return std::nullopt;
}

problem read_transfer_encoding(std::string_view value, reply_head& out) {
    if (out.chunked) return "more than one Transfer-Encoding";
    if (out.content_length) return "Content-Length together with Transfer-Encoding";
    if (!equals_ignoring_case(value, "chunked")) return "a Transfer-Encoding other than chunked";
    if (out.http_1_0) return "Transfer-Encoding in an HTTP/1.0 reply";
    out.chunked = true;
    return std::nullopt;
}

void read_connection(std::string_view value, reply_head& out) {
    while (!value.empty()) {
        const auto comma = std::min(value.find(','), value.size());
        const auto option = trim(value.substr(0, comma));
        value.remove_prefix(std::min(comma + 1, value.size()));
        if (equals_ignoring_case(option, "close")) out.says_close = true;
        if (equals_ignoring_case(option, "keep-alive")) out.says_keep_alive = true;
    }
}

/// The fields that matter differ in length, but for one pair: most fields cost one comparison of sizes.
problem read_known_field(std::string_view name, std::string_view value, reply_head& out) {
    switch (name.size()) {
        case 4:
            if (equals_ignoring_case(name, "date")) out.date = value;
            break;
        case 10:
            if (equals_ignoring_case(name, "connection")) read_connection(value, out);
            break;
        case 11:
            if (equals_ignoring_case(name, "retry-after")) out.retry_after = value;
            break;
        case 14:
            if (equals_ignoring_case(name, "content-length")) return read_content_length(value, out);
            break;
        case 16:
            if (equals_ignoring_case(name, "content-encoding")) out.content_encoding = value;
            break;
        case 17:
            if (equals_ignoring_case(name, "transfer-encoding")) return read_transfer_encoding(value, out);
            break;
        default:
            break;
    }
    return std::nullopt;
}

}  // namespace

bool is_field_content(std::string_view text) noexcept {
    const auto is_printable = [](std::uint64_t word) { return card::bytes_between(word, ' ', '~'); };
    return card::all_bytes(text, is_printable) || std::all_of(text.begin(), text.end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return (byte >= 0x20U && byte != 0x7fU) || c == '\t';
           });
}

problem read_field(std::string_view line, reply_head& out) noexcept {
    if (line.starts_with(' ') || line.starts_with('\t')) return "a folded header line";
    const auto name_end = std::find_if_not(line.begin(), line.end(), is_token_character);
    const auto name = line.substr(0, static_cast<std::size_t>(name_end - line.begin()));
    if (name.empty() || name_end == line.end() || *name_end != ':') {
        return line.find(':') == std::string_view::npos ? "a header line without a colon"
                                                        : "a field name with forbidden characters";
    }
    const auto value = trim(line.substr(name.size() + 1));
    if (!is_field_content(value)) return "a control character in a header field";
    return read_known_field(name, value, out);
}

problem read_head(std::string_view text, reply_head& out) noexcept {
    out = reply_head{};
    for (bool first = true;; first = false) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos || end == 0 || text[end - 1] != '\r') {
            return "a line that does not end in CR LF";
        }
        const auto line = text.substr(0, end - 1);
        text.remove_prefix(end + 1);
        if (line.empty() && !first) return std::nullopt;
        if (const auto wrong = first ? read_status_line(line, out) : read_field(line, out)) return wrong;
    }
}

}  // namespace cardresolver::net
