#include "app/configuration_text.hpp"

#include "app/resolve_settings.hpp"
#include "card/text.hpp"

#include <fmt/format.h>

namespace cardresolver::app {
namespace {

constexpr std::size_t longest_value = 300;

std::string printable(std::string_view text) {
    std::string out;
    card::append_printable(out, text, longest_value);
    return out;
}

/// What may be shown of the value.
std::string value_of(const option_definition& option, const given_option& given,
                     const command_options& options) {
    if (option.name == "base-url") return describe_base_url(options);
    if (option.name == "proxy" && options.proxy)
        return fmt::format("{}:{}{}", options.proxy->host, options.proxy->port,
                           options.proxy->authorization.empty() ? "" : ", with a password");
    return option.is_private ? "(not shown)" : printable(given.text);
}

}  // namespace

std::string describe_configuration(const option_reading& reading) {
    const auto& options = reading.options;
    auto text = options.config.empty() ? std::string("no configuration file (--config)")
                                       : "file " + printable(options.config);
    for (const auto& option : resolve_option_table()) {
        if (option.name == "config") continue;
        const auto found = reading.given.find(option.name);
        if (found != reading.given.end()) {
            text += fmt::format("\n{} = {}  [{}]", option.name, value_of(option, found->second, options),
                                printable(found->second.origin));
        } else if (option.name == "base-url") {
            text += fmt::format("\n{} = {}  [default]", option.name, describe_base_url(options));
        }
    }
    if (const auto schedule = reading.given.find("schedule"); schedule != reading.given.end())
        text +=
            fmt::format("\nschedule = {}  [{}]", schedule->second.text, printable(schedule->second.origin));
    return text + "\nall others at their default";
}

}  // namespace cardresolver::app
