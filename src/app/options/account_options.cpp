// The options of `resolve`: who asks, and how.
#include "app/options/option_tables.hpp"
#include "app/options/setters.hpp"

#include <vector>

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

std::string set_base_url(text_view text, command_options& o) {
    o.base_url.reset();
    if (text == "simulator") return {};
    std::string error;
    o.base_url = carrier::parse_base_url(text, error);
    return o.base_url ? std::string() : error;
}

std::string set_method(text_view text, command_options& o) {
    using carrier::request_method;
    for (const auto method : {request_method::get, request_method::post_query, request_method::post_form}) {
        if (text == carrier::to_string(method)) {
            o.method = method;
            return {};
        }
    }
    return expected_one_of("get, post-query or post-form");
}

std::string set_password(text_view text, command_options& o) {
    if (text.empty()) return "expected some text";
    o.password = carrier::secret(std::string(text));
    return {};
}

/// CODE=CLASS
std::string add_status_class(text_view text, command_options& o) {
    const auto equals = text.find('=');
    const auto code = text.substr(0, equals);
    constexpr std::size_t max_code_length = 32;
    const bool is_code = !code.empty() && code.size() <= max_code_length &&
                         code.find_first_not_of(
                             "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "abcdefghijklmnopqrstuvwxyz-_.") == text_view::npos;
    if (equals == text_view::npos || !is_code) return "expected CODE=CLASS such as 4711=transient";
    const auto meaning = carrier::status_class_named(text.substr(equals + 1));
    if (!meaning) {
        return expected_one_of(
                   "answered, card, all-cards, request, too-large, own-fault, throttled, busy, "
                   "transient, account, configuration or unknown") +
               " as the class";
    }
    o.status_classes.emplace_back(code, *meaning);
    return {};
}

}  // namespace

// clang-format off: a table is read by its columns
std::span<const option_definition> account_option_table() {
    static const std::vector<option_definition> options{
        {.name = "base-url",
         .value = "URL",
         .initial = "https://api.iot.10086.cn",
         .group = option_group::account,
         .help =
             "The carrier; a path prefix is kept. The word simulator runs the built-in carrier inside the "
             "process: no account needed, and no rate limit unless one is given.",
         .apply = set_base_url,
         .is_private = true},
        {.name = "appid",
         .value = "ID",
         .group = option_group::account,
         .help = "Application code.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.appid); }},
        {.name = "ebid",
         .value = "ID",
         .group = option_group::account,
         .help = "Capability code.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.ebid); }},
        {.name = "password-file",
         .value = "FILE",
         .group = option_group::account,
         .help = "File whose first line is the password; only its owner may be able to read it.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.password_file); }},
        {.name = "password",
         .value = "TEXT",
         .group = option_group::account,
         .help = "The account's password.",
         .apply = set_password,
         .sources = from_environment | from_file,
         .is_private = true},
        {.name = "method",
         .value = "METHOD",
         .initial = "get",
         .group = option_group::account,
         .help = "How the parameters travel: get, post-query (POST with a query) or post-form.",
         .apply = set_method},
        {.name = "status-class",
         .value = "CODE=CLASS",
         .group = option_group::account,
         .help =
             "What a status code of the carrier means, where it is not what we know of it; may be given "
             "several times. CLASS: answered, card (final for the card), all-cards, request (one bad value "
             "spoils a request), too-large, throttled, busy, transient, account, configuration, own-fault, "
             "unknown.",
         .apply = add_status_class,
         .clear = [](command_options& o) { o.status_classes.clear(); },
         .is_repeatable = true},
    };
    return options;
}
// clang-format on

}  // namespace cardresolver::app
