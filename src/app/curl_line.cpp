#include "app/curl_line.hpp"

#include "app/version.hpp"
#include "card/canonical.hpp"
#include "carrier/request.hpp"

#include <fmt/format.h>

namespace cardresolver::app {
namespace {

/// The parts of an encoded request that curl is told.
struct request_parts {
    std::string_view target;
    std::string_view body;
};

request_parts take_apart(std::string_view request) {
    const auto begin = request.find(' ') + 1;
    const auto end = request.find(' ', begin);
    const auto head_end = request.find("\r\n\r\n");
    return {request.substr(begin, end - begin), request.substr(head_end + 4)};
}

}  // namespace

std::string quote_for_shell(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted.push_back(c);
        }
    }
    quoted.push_back('\'');
    return quoted;
}

std::optional<std::vector<card::card_number>> read_curl_numbers(const command_options& options,
                                                                std::string& error) {
    std::vector<card::card_number> numbers;
    for (const auto& text : options.curl) {
        const auto result = card::canonicalize(text, {options.kind, options.pad_iccid});
        if (!result.is_valid()) {
            error = fmt::format("--curl: '{}': {}", card::escape_raw(text), card::explain(result.reason));
            return std::nullopt;
        }
        numbers.push_back(result.number);
        if (numbers.back().kind() == numbers.front().kind()) continue;
        error = fmt::format("--curl: one request takes numbers of one kind; '{}' is an {}, '{}' an {}",
                            numbers.front().view(), card::to_string(numbers.front().kind()),
                            numbers.back().view(), card::to_string(numbers.back().kind()));
        return std::nullopt;
    }
    return numbers;
}

std::string format_curl_line(const curl_request& request) {
    const auto& options = request.options;
    const auto& url = *options.base_url;
    std::string bytes;
    carrier::request_encoder(url, request.account, options.method, user_agent())
        .encode(bytes, request.transid, request.numbers.front().kind(), request.numbers);
    const auto parts = take_apart(bytes);
    std::string line = "curl --silent --show-error --include";
    if (!options.ca_file.empty()) line += " --cacert " + quote_for_shell(options.ca_file);
    if (options.method == carrier::request_method::post_query) line += " --request POST --data ''";
    if (options.method == carrier::request_method::post_form)
        line += " --data " + quote_for_shell(parts.body);
    line += " " + quote_for_shell(
                      fmt::format("{}://{}{}", url.tls ? "https" : "http", url.host_field(), parts.target));
    return line;
}

}  // namespace cardresolver::app
