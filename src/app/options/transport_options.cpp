// The options of `resolve`: the way to the carrier.
#include "app/options/option_tables.hpp"
#include "app/options/setters.hpp"
#include "app/options/user_information.hpp"
#include "app/options/value_text.hpp"

#include <arpa/inet.h>
#include <vector>

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

std::string set_proxy(text_view text, command_options& o) {
    std::string error;
    o.proxy = net::parse_proxy_url(text, error);
    return o.proxy ? std::string() : error;
}

std::string set_local_address(text_view text, command_options& o) {
    const std::string address(text);
    in6_addr ignored{};
    const bool is_address = inet_pton(AF_INET, address.c_str(), &ignored) == 1 ||
                            inet_pton(AF_INET6, address.c_str(), &ignored) == 1;
    if (!is_address) return "expected an IPv4 or IPv6 address of this machine";
    o.local_address = address;
    return {};
}

std::string set_connections(text_view text, command_options& o) {
    o.connections.reset();
    if (text == "auto") return {};
    o.connections = parse_number(text, 1, 1000);
    return o.connections ? std::string() : expected_number(1, 1000) + ", or auto";
}

}  // namespace

// clang-format off: a table is read by its columns
std::span<const option_definition> transport_option_table() {
    static const std::vector<option_definition> options{
        {.name = "ca-file",
         .value = "FILE",
         .group = option_group::transport,
         .help = "Certificates to trust (PEM), instead of the system's.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.ca_file); }},
        {.name = "proxy",
         .value = "URL",
         .group = option_group::transport,
         .help =
             "HTTP proxy, http://host[:port]. One that wants a password belongs into the environment or the "
             "configuration file: http://user:password@host:port.",
         .apply = set_proxy,
         .is_private = true,
         .holds_password = holds_password},
        {.name = "local-address",
         .value = "IP",
         .group = option_group::transport,
         .help = "Address of this machine to connect from.",
         .apply = set_local_address},
        {.name = "allow-plaintext",
         .group = option_group::transport,
         .help = "Take a base URL with http://: anybody on the way can read numbers and token.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.allow_plaintext); },
         .toml = toml_kind::boolean},
        {.name = "connections",
         .value = "N",
         .initial = "auto",
         .group = option_group::transport,
         .help = "Most connections kept open, 1 to 1000. auto: what the measured latency and the rate need, "
                 "4 to 128.",
         .apply = set_connections,
         .toml = toml_kind::integer},
        {.name = "connect-timeout",
         .value = "D",
         .initial = "10s",
         .group = option_group::transport,
         .help = "For name service, TCP, proxy and TLS together.",
         .apply = [](text_view t, command_options& o) { return set_duration(t, o.connect_timeout); }},
        {.name = "request-timeout",
         .value = "D",
         .initial = "25s",
         .group = option_group::transport,
         .help = "From the first byte sent to the last byte of the reply.",
         .apply = [](text_view t, command_options& o) { return set_duration(t, o.request_timeout); }},
        {.name = "give-up-after",
         .value = "D",
         .initial = "2m",
         .group = option_group::transport,
         .help = "Stop where the carrier has sent no HTTP reply at all by then. After a first reply the run "
                 "waits "
                 "for the carrier, however long.",
         .apply = [](text_view t, command_options& o) { return set_duration(t, o.give_up_after); }},
    };
    return options;
}
// clang-format on

}  // namespace cardresolver::app
