#include "simulator/http_request.hpp"

#include <algorithm>
#include <charconv>

namespace cardresolver::simulator {
namespace {

/// What the head says about the message, gathered line by line.
struct head_facts {
    http_request request;
    bool is_1_1 = true;
    bool has_length = false;
    bool expects_continue = false;
    std::size_t hosts = 0;
    std::size_t length = 0;
};

constexpr bool is_token_character(char c) noexcept {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// `lower` is in lower case already.
bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
    return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(),
                                                     [](char a, char b) { return to_lower(a) == b; });
}

std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Whether the comma-separated list has `lower`, in any case.
bool lists(std::string_view list, std::string_view lower) noexcept {
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (equals_ignoring_case(trim(list.substr(0, comma)), lower)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
    return false;
}

bool read_target(std::string_view target, http_request& request) noexcept {
    const bool visible =
        std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < '\x7F'; });
    if (!visible) return false;
    if (target.starts_with("http://") || target.starts_with("https://")) {
        const auto path = target.find('/', target.find("//") + 2);
        target = path == std::string_view::npos ? "/" : target.substr(path);
    }
    if (!target.starts_with('/') || target.find('#') != std::string_view::npos) return false;
    const auto question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    return true;
}

bool read_request_line(std::string_view line, head_facts& facts) noexcept {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return false;
    facts.request.method = line.substr(0, first);
    const auto version = line.substr(last + 1);
    facts.is_1_1 = version == "HTTP/1.1";
    facts.request.keep_alive = facts.is_1_1;
    return (facts.is_1_1 || version == "HTTP/1.0") && is_token(facts.request.method) &&
           read_target(line.substr(first + 1, last - first - 1), facts.request);
}

bool read_length(std::string_view value, head_facts& facts) noexcept {
    if (facts.has_length || value.empty()) return false;
    facts.has_length = true;
    const auto* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, facts.length);
    return error == std::errc{} && stop == end && facts.length <= body_limit;
}

bool read_field(std::string_view line, head_facts& facts) noexcept {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    const bool has_control = std::any_of(value.begin(), value.end(), [](char c) {
        return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7F';
    });
    if (!is_token(name) || has_control) return false;
    if (equals_ignoring_case(name, "transfer-encoding")) return false;
    if (equals_ignoring_case(name, "content-length")) return read_length(value, facts);
    if (equals_ignoring_case(name, "host")) {
        ++facts.hosts;
    } else if (equals_ignoring_case(name, "connection")) {
        if (lists(value, "close")) facts.request.keep_alive = false;
        if (!facts.is_1_1 && lists(value, "keep-alive")) facts.request.keep_alive = true;
    } else if (equals_ignoring_case(name, "content-type")) {
        const auto type = trim(value.substr(0, value.find(';')));
        facts.request.has_form = equals_ignoring_case(type, "application/x-www-form-urlencoded");
    } else if (equals_ignoring_case(name, "expect")) {
        facts.expects_continue = equals_ignoring_case(value, "100-continue");
    }
    return true;
}

/// `head` is all lines with their CRLF, without the empty one.
bool read_head(std::string_view head, head_facts& facts) noexcept {
    const auto line_end = head.find("\r\n");
    if (!read_request_line(head.substr(0, line_end), facts)) return false;
    head.remove_prefix(line_end + 2);
    while (!head.empty()) {
        const auto end = head.find("\r\n");
        if (!read_field(head.substr(0, end), facts)) return false;
        head.remove_prefix(end + 2);
    }
    return facts.hosts == 1 || (facts.hosts == 0 && !facts.is_1_1);
}

}  // namespace

parse_result parse_request(std::string_view input) noexcept {
    parse_result result;
    if (input.empty()) return result;
    const auto end = input.substr(0, head_limit).find("\r\n\r\n");
    if (end == std::string_view::npos) {
        // What does not begin with a method would never end: a TLS hello on a plain port.
        if (input.size() >= head_limit || !is_token_character(input.front())) {
            result.state = parse_state::malformed;
        }
        return result;
    }
    head_facts facts;
    if (!read_head(input.substr(0, end + 2), facts)) {
        result.state = parse_state::malformed;
        return result;
    }
    const auto head_size = end + 4;
    if (input.size() - head_size < facts.length) {
        result.expects_continue = facts.expects_continue;
        return result;
    }
    result.state = parse_state::complete;
    result.consumed = head_size + facts.length;
    result.request = facts.request;
    result.request.body = input.substr(head_size, facts.length);
    return result;
}

}  // namespace cardresolver::simulator
