// The options of `resolve` and `token`: how they are spelled, what they default to, what they do.
#include "app/options/option_definition.hpp"
#include "app/options/setters.hpp"
#include "app/options/value_text.hpp"

#include <arpa/inet.h>

namespace cardresolver::app {
namespace {

using text_view = std::string_view;

std::string set_input_format(text_view text, command_options& o) {
    if (text == "text") {
        o.input_format = source::input_format::text;
    } else if (text == "csv") {
        o.input_format = source::input_format::csv;
    } else {
        return expected_one_of("text or csv");
    }
    return {};
}

std::string set_kind(text_view text, command_options& o) {
    o.kind.reset();
    if (text == "auto") return {};
    for (const auto kind : card::all_card_kinds) {
        if (text == card::to_string(kind)) o.kind = kind;
    }
    return o.kind ? std::string() : expected_one_of("auto, iccid, imsi or msisdn");
}

/// What only later versions write must not be created under a misleading name.
std::string set_output(text_view text, command_options& o) {
    for (const text_view scheme : {"sqlite:", "postgresql:", "postgres:"}) {
        if (text.starts_with(scheme)) return "this version writes files and standard output, no databases";
    }
    for (const text_view ending : {".gz", ".zst"}) {
        if (text.ends_with(ending)) return "this version writes no compressed files";
    }
    return set_text(text, o.output);
}

std::string set_output_format(text_view text, command_options& o) {
    if (text == "csv") {
        o.output_format = sink::output_format::csv;
    } else if (text == "ndjson") {
        o.output_format = sink::output_format::ndjson;
    } else {
        return expected_one_of("csv or ndjson");
    }
    return {};
}

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

std::string set_rate(text_view text, command_options& o) {
    o.rate.reset();
    if (text == "unlimited") return {};
    o.rate = parse_rate(text);
    return o.rate ? std::string()
                  : "expected a rate such as 50/s, 2000/5m or 30/m (at least 1), or unlimited";
}

std::string set_batch_size(text_view text, command_options& o) {
    const auto value = parse_number(text, 1, carrier::max_cards_per_request);
    if (!value) return expected_number(1, carrier::max_cards_per_request);
    o.batch_size = *value;
    return {};
}

std::string set_attempts(text_view text, command_options& o) {
    const auto value = parse_number(text, 1, 1000);
    if (!value) return expected_number(1, 1000);
    o.attempts = static_cast<unsigned>(*value);
    return {};
}

std::string set_progress(text_view text, command_options& o) {
    if (text == "auto") {
        o.progress = progress_mode::automatic;
    } else if (text == "bar") {
        o.progress = progress_mode::bar;
    } else if (text == "json") {
        o.progress = progress_mode::json;
    } else if (text == "none") {
        o.progress = progress_mode::none;
    } else {
        return expected_one_of("auto, bar, json or none");
    }
    return {};
}

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

// clang-format off: a table is read by its columns
const std::vector<option_definition>& table() {
    static const std::vector<option_definition> options{
        {.name = "input",
         .value = "INPUT",
         .initial = "-",
         .group = option_group::input,
         .help = "List to read: one number a line, or CSV; '-': standard input.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.input); },
         .is_positional = true},
        {.name = "input-format",
         .value = "FORMAT",
         .group = option_group::input,
         .help = "text or csv; otherwise guessed from the first lines.",
         .apply = set_input_format},
        {.name = "column",
         .value = "NAME",
         .group = option_group::input,
         .help =
             "CSV column with the number; otherwise the first of number, iccid, imsi, msisdn that is there.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.column); }},
        {.name = "kind",
         .value = "KIND",
         .initial = "auto",
         .group = option_group::input,
         .help = "auto judges each number by its shape, mixed lists are welcome. iccid, imsi or msisdn "
                 "promise what "
                 "the numbers are: only length and characters are checked then.",
         .apply = set_kind},
        {.name = "pad-iccid",
         .group = option_group::input,
         .help = "Give ICCIDs of 19 digits the F that makes them 20; they are invalid without it.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.pad_iccid); },
         .toml = toml_kind::boolean},

        {.name = "output",
         .value = "TARGET",
         .initial = "-",
         .group = option_group::output,
         .help = "Where the rows go: a path, or '-' for standard output. A file appears under its name when "
                 "it is "
                 "complete; until then it is TARGET.partial.",
         .apply = set_output,
         .letter = 'o'},
        {.name = "output-format",
         .value = "FORMAT",
         .group = option_group::output,
         .help = "csv or ndjson; otherwise by the ending of TARGET, csv where it says nothing.",
         .apply = set_output_format},
        {.name = "force",
         .group = option_group::output,
         .help = "Replace a finished output.",
         .apply = [](text_view t, command_options& o) { return set_switch(t, o.force); },
         .toml = toml_kind::boolean},

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
         .may_hold_password = true},
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

        {.name = "batch-size",
         .value = "N",
         .initial = "100",
         .group = option_group::pace,
         .help = "Most cards in a request, 1 to 100.",
         .apply = set_batch_size,
         .toml = toml_kind::integer},
        {.name = "linger",
         .value = "D",
         .initial = "1s",
         .group = option_group::pace,
         .help = "How long a card waits for its batch to fill.",
         .apply = [](text_view t, command_options& o) { return set_duration_or_zero(t, o.linger); }},
        {.name = "rate",
         .value = "RATE",
         .initial = "10/s",
         .group = option_group::pace,
         .help =
             "Most requests in any window: 50/s, 2000/5m, 10000/h, 1000000/d; or unlimited. Retries count.",
         .apply = set_rate},
        {.name = "attempts",
         .value = "N",
         .initial = "6",
         .group = option_group::pace,
         .help = "Requests spent on a card that gets no answer, 1 to 1000.",
         .apply = set_attempts,
         .toml = toml_kind::integer},

        {.name = "summary",
         .value = "FILE",
         .group = option_group::report,
         .help = "Write the run's figures as JSON; '-': standard output, unless the rows go there.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.summary); }},
        {.name = "progress",
         .value = "MODE",
         .initial = "auto",
         .group = option_group::report,
         .help = "On standard error. auto: a bar on a terminal, elsewhere a line every 10 s; bar; json: an "
                 "object a "
                 "line, every second; none.",
         .apply = set_progress},
        {.name = "config",
         .value = "FILE",
         .group = option_group::report,
         .help = "TOML file with any of these options.",
         .apply = [](text_view t, command_options& o) { return set_text(t, o.config); },
         .sources = from_flag | from_environment},
    };
    return options;
}
// clang-format on

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
        options.push_back(*find_option(table(), name));
    }
    return options;
}

}  // namespace

std::span<const option_definition> resolve_option_table() {
    return table();
}

std::span<const option_definition> token_option_table() {
    static const std::vector<option_definition> options = make_token_table();
    return options;
}

}  // namespace cardresolver::app
