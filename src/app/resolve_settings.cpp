#include "app/resolve_settings.hpp"

#include "app/account.hpp"
#include "app/sha256.hpp"
#include "app/version.hpp"
#include "app/whole_file.hpp"
#include "database/database_url.hpp"
#include "ledger/random_number.hpp"
#include "sink/descriptor.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <utility>

namespace cardresolver::app {
namespace {

struct named_file {
    std::string_view name;  ///< as the user knows it
    std::string path;
};

/// As they are given, `--output` first.
std::vector<named_file> written_files(const command_options& options) {
    return {{"--output", options.output},
            {"--failures", options.failures},
            {"--summary", options.summary},
            {"--trace", options.trace}};
}

bool is_standard_stream(const std::string& path) {
    return path.empty() || path == "-" || path == "/dev/stdout";
}

/// Whether both are, or would become, one regular file. Devices and pipes may be named several times.
bool is_same_file(const std::string& a, const std::string& b) {
    struct stat first {};
    struct stat second {};
    const bool has_first = ::stat(a.c_str(), &first) == 0;
    const bool has_second = ::stat(b.c_str(), &second) == 0;
    if (has_first != has_second) return false;
    if (has_first)
        return S_ISREG(first.st_mode) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
    std::error_code ignored;
    const auto place = [&ignored](const std::string& path) {
        return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
    };
    return place(a) == place(b);
}

/// The file that a path or an SQLite URL names.
std::string file_named_by(const std::string& text) {
    std::string why;
    const auto url = database::parse_database_url(text, why);
    return url && url->kind == database::database_kind::sqlite ? url->place : text;
}

/// Rows may go to the database that the list comes from.
bool are_both_databases(const command_options& options) {
    return database::is_database_url(options.input) && database::is_database_url(options.output);
}

/// Not a stream, nor a device or pipe.
bool becomes_file(const std::string& path) {
    struct stat facts {};
    return !is_standard_stream(path) && (::stat(path.c_str(), &facts) != 0 || S_ISREG(facts.st_mode));
}

void check_distinct(const command_options& options, std::vector<option_fault>& faults) {
    auto files = written_files(options);
    files.front().path = file_named_by(options.output);
    if (!are_both_databases(options)) files.insert(files.begin(), {"INPUT", file_named_by(options.input)});
    if (!database::is_database_url(options.output) && becomes_file(options.output)) {
        files.push_back({"the unfinished --output", options.output + ".partial"});
        files.push_back({"the checkpoint of --output", options.output + ".checkpoint"});
    }
    if (becomes_file(options.failures))
        files.push_back({"the unfinished --failures", options.failures + ".partial"});
    std::erase_if(files, [](const named_file& one) { return is_standard_stream(one.path); });
    for (std::size_t i = 0; i < files.size(); ++i) {
        for (std::size_t k = i + 1; k < files.size(); ++k) {
            if (!is_same_file(files[i].path, files[k].path)) continue;
            faults.push_back(
                {exit_code::usage, fmt::format("{} and {} are the same file: one would replace the other",
                                               files[i].name, files[k].name)});
        }
    }
}

bool holds_database(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
    std::string beginning(database::sqlite_magic.size(), ' ');
    std::ifstream(path, std::ios::binary)
        .read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
    return beginning == database::sqlite_magic;
}

/// Who forgets `sqlite:` would lose every table in it.
void check_databases(const command_options& options, std::vector<option_fault>& faults) {
    for (const auto& [name, path] : written_files(options)) {
        if (is_standard_stream(path) || database::is_database_url(path) || !holds_database(path)) continue;
        faults.push_back(
            {exit_code::cannot_create,
             fmt::format("{}: {} is an SQLite database and is not replaced; name another file{}", name,
                         sink::show_path(path),
                         name == "--output" ? ", or write sqlite: before its name for a table in it" : "")});
    }
}

void check_standard_output(const command_options& options, std::vector<option_fault>& faults) {
    auto files = written_files(options);
    files.front().name = "the rows";
    std::erase_if(files,
                  [](const named_file& one) { return one.path.empty() || !is_standard_stream(one.path); });
    if (files.size() < 2) return;
    faults.push_back(
        {exit_code::usage, fmt::format("{} and {} cannot both go to standard output: give one a file",
                                       files[0].name, files[1].name)});
}

void check_database(const command_options& options, std::vector<option_fault>& faults) {
    if (!database::is_database_url(options.output) || !options.output_format) return;
    faults.push_back(
        {exit_code::usage,
         "--output-format says how rows are written to a file; a database takes none: leave it out"});
}

void check_pace(const command_options& options, std::vector<option_fault>& faults) {
    if (options.pacing == dispatch::pacing_kind::strict || options.min_rtt.count() == 0) return;
    faults.push_back({exit_code::usage,
                      "--min-rtt says how much of the limit strict pacing may use; smooth pacing measures "
                      "the round trips: leave it out"});
}

void check_deadline(const option_reading& reading, std::optional<std::chrono::system_clock::time_point> at,
                    std::chrono::system_clock::time_point now, std::vector<option_fault>& faults) {
    if (!at || *at > now) return;
    const auto& said = reading.given.at("deadline");
    faults.push_back({exit_code::usage,
                      fmt::format("{}: '{}' is {} on the local clock, which has passed: it is {} now",
                                  said.origin, said.text, format_local_time(*at), format_local_time(now))});
}

/// Beside what can be said of each option alone.
void check_files(const command_options& options, std::vector<option_fault>& faults) {
    check_query(options, faults);
    check_database(options, faults);
    check_distinct(options, faults);
    check_databases(options, faults);
    check_standard_output(options, faults);
    if (is_standard_stream(options.summary)) return;
    if (const auto why = why_not_writable(options.summary)) {
        faults.push_back({exit_code::cannot_create,
                          fmt::format("the summary '{}' cannot be created: {}", options.summary, *why)});
    }
}

sink::output_format format_of(const command_options& options) {
    using sink::output_format;
    if (database::is_database_url(options.output)) return output_format::database;
    const auto named = options.output_format ? options.output_format : sink::format_of(options.output);
    const auto format = named.value_or(output_format::csv);
    return format == output_format::csv && options.excel_safe ? output_format::spreadsheet_csv : format;
}

std::string_view text_of(sink::output_format format) {
    switch (format) {
        case sink::output_format::csv:
        case sink::output_format::spreadsheet_csv:
            return "csv";
        case sink::output_format::ndjson:
            return "ndjson";
        case sink::output_format::database:
            return "database";
    }
    return "";
}

dispatch::settings dispatch_settings_of(const option_reading& reading) {
    const auto& options = reading.options;
    dispatch::settings dispatch;
    dispatch.batch_size = options.batch_size;
    dispatch.attempts = options.attempts;
    dispatch.linger = options.linger;
    dispatch.pace = pace_of(reading);
    dispatch.give_up_after = options.give_up_after;
    dispatch.seed = ledger::random_number();
    return dispatch;
}

std::string_view text_of(const std::optional<source::input_format>& format) {
    if (!format) return "";
    switch (*format) {
        case source::input_format::text:
            return "text";
        case source::input_format::csv:
            return "csv";
        case source::input_format::ndjson:
            return "ndjson";
    }
    return "";
}

std::string_view text_of(const std::optional<source::input_encoding>& encoding) {
    if (!encoding) return "";
    return *encoding == source::input_encoding::utf8 ? "utf-8" : "gb18030";
}

std::string host_of(const command_options& options) {
    return options.base_url ? options.base_url->host + options.base_url->path_prefix : "simulator";
}

/// Each as `name=value`. A port alone leads to no other carrier.
std::string describe_row_settings(const command_options& options, const run::settings& settings) {
    auto text = fmt::format(
        "appid={}\nbase-url={}\ncolumn={}\nebid={}\nexcel-safe={}\nfailures={}\ninput-encoding={}\ninput-"
        "format={}\n"
        "keep-columns={}\nkind={}\norder={}\noutput-format={}\npad-iccid={}\n",
        settings.account.appid, host_of(options), options.column, settings.account.ebid, options.excel_safe,
        options.failures, text_of(options.input_encoding), text_of(options.input_format),
        options.keep_columns, options.kind ? card::to_string(*options.kind) : std::string_view("auto"),
        options.in_input_order ? "input" : "completion", text_of(settings.format), options.pad_iccid);
    for (const auto& [code, meaning] : options.status_classes)
        text += fmt::format("status-class {}={}\n", code, carrier::to_string(meaning));
    return text;
}

}  // namespace

source::input_settings input_settings_of(const command_options& options) {
    return {options.input, options.input_format, options.column, options.input_encoding};
}

void check_query(const command_options& options, std::vector<option_fault>& faults) {
    if (!database::is_database_url(options.input) || (!options.input_format && !options.input_encoding))
        return;
    faults.push_back(
        {exit_code::usage,
         "--input-format and --input-encoding say how a file is read; the rows of a query need neither"});
}

std::string query_warning(const command_options& options) {
    std::string why;
    const auto url = database::parse_database_url(options.input, why);
    if (!url || !url->query || database::names_an_order(*url->query)) return {};
    return "the query of INPUT has no ORDER BY: where its rows come in another order, a run that was stopped "
           "cannot "
           "go on";
}

dispatch::pace pace_of(const option_reading& reading) {
    const auto& options = reading.options;
    const bool is_free = !options.base_url && !reading.is_given("rate");
    const auto rate = is_free ? rate_choice{} : options.rate;
    return {rate.limits, rate.finds_limit, options.pacing, options.min_rtt, options.day_starts};
}

net::client_settings client_settings_of(const command_options& options) {
    net::client_settings client;
    if (options.base_url) {  // the built-in carrier brings its own certificate, and no way leads out to it
        client.ca_file = options.ca_file;
        client.local_address = options.local_address;
        client.proxy = options.proxy;
    }
    client.connect_timeout = options.connect_timeout;
    client.request_timeout = options.request_timeout;
    return client;
}

std::string describe_base_url(const command_options& options) {
    if (!options.base_url) return "simulator";
    const auto& url = *options.base_url;
    return fmt::format("{}://{}{}", url.tls ? "https" : "http", url.host_field(), url.path_prefix);
}

void check_plaintext(const command_options& options, std::vector<option_fault>& faults) {
    const bool is_plaintext = options.base_url && !options.base_url->tls;
    if (!is_plaintext || options.allow_plaintext) return;
    faults.push_back(
        {exit_code::usage,
         "the base URL is plain http://, on which anybody on the way can read numbers and token: use "
         "https://, or say --allow-plaintext"});
}

std::string plaintext_warning() {
    return "plain http:// is used: anybody on the way can read card numbers and token, and alter answers";
}

std::optional<run::settings> make_run_settings(const option_reading& reading,
                                               std::vector<option_fault>& faults,
                                               std::chrono::system_clock::time_point now) {
    const auto before = faults.size();
    const auto& options = reading.options;
    std::optional<std::chrono::system_clock::time_point> deadline;
    if (options.deadline) deadline = moment_of(*options.deadline, now);
    check_plaintext(options, faults);
    check_pace(options, faults);
    check_deadline(reading, deadline, now, faults);
    check_files(options, faults);
    auto account = find_account(reading, faults);
    if (faults.size() > before || !account) return std::nullopt;
    run::settings settings;
    settings.input = input_settings_of(options);
    settings.canonical = {options.kind, options.pad_iccid};
    settings.output = {options.output, options.force};
    settings.format = format_of(options);
    if (!options.failures.empty()) settings.failures = {options.failures, options.force};
    if (options.excel_safe) settings.failures_format = sink::output_format::spreadsheet_csv;
    settings.keeps_columns = options.keep_columns;
    settings.restart = options.restart;
    settings.in_input_order = options.in_input_order;
    settings.max_failures = options.max_failures;
    if (options.base_url) settings.url = *options.base_url;
    settings.account = std::move(*account);
    settings.method = options.method;
    for (const auto& [code, meaning] : options.status_classes)
        settings.catalogue.reclassify(code, meaning);
    settings.user_agent = user_agent();
    settings.client = client_settings_of(options);
    settings.dispatch = dispatch_settings_of(reading);
    settings.connections = options.connections;
    settings.deadline = deadline;
    settings.schedule = options.schedule;
    if (!options.trace.empty())
        settings.trace =
            run::trace_settings{options.trace, options.trace_numbers, std::string(version()), {}};
    settings.row_settings = describe_row_settings(options, settings);
    return settings;
}

std::string config_digest(const run::settings& settings) {
    return sha256(settings.row_settings);
}

}  // namespace cardresolver::app
