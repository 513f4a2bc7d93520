// The options of `check`: who asks, the way to the carrier, and the number to ask about. All others of
// `resolve` are read from environment and file, so that faults there show, but have no flag.
#include "app/options/option_definition.hpp"
#include "app/options/setters.hpp"

#include <algorithm>

namespace cardresolver::app {
namespace {

constexpr std::array<std::string_view, 16> flags{
    "kind",          "pad-iccid",       "base-url",        "appid",           "ebid",
    "password-file", "method",          "status-class",    "ca-file",         "proxy",
    "local-address", "allow-plaintext", "connect-timeout", "request-timeout", "state-dir",
    "config"};

std::vector<option_definition> make_check_table() {
    std::vector<option_definition> options{
        {.name = "number",
         .value = "NUMBER",
         .initial = "898602B2221430000006",
         .group = option_group::input,
         .help = "The card to ask about: ICCID, IMSI or MSISDN.",
         .apply = [](std::string_view t, command_options& o) { return set_text(t, o.checked_number); },
         .sources = from_flag,
         .is_positional = true},
    };
    for (auto option : resolve_option_table()) {
        if (std::find(flags.begin(), flags.end(), option.name) == flags.end())
            option.sources &= static_cast<std::uint8_t>(~from_flag);
        options.push_back(option);
    }
    return options;
}

}  // namespace

std::span<const option_definition> check_option_table() {
    static const std::vector<option_definition> options = make_check_table();
    return options;
}

}  // namespace cardresolver::app
