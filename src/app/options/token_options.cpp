// The options of `token`.
#include "app/options/option_definition.hpp"
#include "app/options/setters.hpp"

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

std::string set_transid(text_view text, command_options& o) {
    constexpr text_view allowed = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.";
    const bool is_plain = text.find_first_not_of(allowed) == text_view::npos;
    if (text.empty() || text.size() > carrier::transid::max_length || !is_plain) {
        return "expected 1 to 48 letters, digits, '-' or '.'";
    }
    o.transid = text;
    return {};
}

std::string add_curl(text_view text, command_options& o) {
    if (o.curl.size() == carrier::max_cards_per_request) return "expected at most 100 numbers";
    o.curl.emplace_back(text);
    return {};
}

std::vector<option_definition> make_token_table() {
    std::vector<option_definition> options{
        {.name = "transid",
         .value = "T",
         .group = option_group::token,
         .help = "Sign this transaction number instead of a fresh one.",
         .apply = set_transid,
         .sources = from_flag},
        {.name = "curl",
         .value = "NUMBER...",
         .group = option_group::token,
         .help =
             "Print a whole signed curl command line that asks about these numbers, 1 to 100 of one kind.",
         .apply = add_curl,
         .sources = from_flag,
         .is_repeatable = true,
         .takes_several = true},
    };
    for (const std::string_view name : {"base-url", "appid", "ebid", "password-file", "password", "method",
                                        "kind", "pad-iccid", "ca-file", "allow-plaintext", "config"}) {
        options.push_back(*find_option(resolve_option_table(), name));
    }
    return options;
}

}  // namespace

std::span<const option_definition> token_option_table() {
    static const std::vector<option_definition> options = make_token_table();
    return options;
}

}  // namespace cardresolver::app
