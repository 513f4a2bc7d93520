// Finds the command, reads its options, runs it.
#include "app/check_help.hpp"
#include "app/commands.hpp"
#include "app/explain_help.hpp"
#include "app/logging.hpp"
#include "app/options/option_reader.hpp"
#include "app/options/suggestion.hpp"
#include "app/plan_help.hpp"
#include "app/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <vector>

namespace cardresolver::app {
namespace {

constexpr std::string_view resolve_examples =
    "  cardresolver resolve cards.txt -o cards.csv --config cardresolver.toml\n"
    "  cardresolver resolve cards.csv --column iccid --rate 50/s -o out.ndjson\n"
    "  cardresolver resolve cards.csv.gz --column iccid --keep-columns -o rows.csv\n"
    "  cat cards.txt | cardresolver resolve --kind iccid > rows.csv\n"
    "  cardresolver resolve cards.csv -o 'sqlite:cards.db?table=rows'\n"
    "  cardresolver resolve cards.txt --base-url simulator   (no account needed)\n";

constexpr std::string_view resolve_notes =
    "Rows: line,number,kind,outcome,iccid,msisdn,imsi,status,message. Every non-blank record of INPUT has "
    "exactly "
    "one row; outcome is resolved, refused, failed or invalid.\n\n"
    "Durations: 250ms, 10s, 5m, 2h.\n\n"
    "Limits by weekday and hour, or none sent at all: [[schedule]] in the configuration file, with days, "
    "from, to "
    "and rate. The first entry that fits takes the place of --rate.\n\n"
    "Exit codes: 0 every line has an answer; 64 usage; 65 input unusable; 66 no such input; 69 carrier never "
    "reached or its certificate refused; 70 internal fault; 73 output cannot be created; 74 read or write "
    "error; "
    "75 stopped at the deadline; "
    "77 account refused; 78 configuration; 90 finished, some rows failed; 91 stopped by --max-failures; 129, "
    "130, 143 ended by SIGHUP, "
    "SIGINT, "
    "SIGTERM after what was in flight was written, a second signal ends at once; 141 standard output closed "
    "by "
    "its reader.";

constexpr std::string_view token_examples =
    "  cardresolver token --config cardresolver.toml\n"
    "  cardresolver token --transid 1000012026013102000000000001\n"
    "  cardresolver token --config cardresolver.toml --curl 898600D6991330004146\n";

constexpr std::string_view token_notes =
    "A token is as good as the password for its one transaction number: --curl prints a command line that "
    "must not "
    "be shared.";

constexpr std::string_view simulate_examples =
    "  cardresolver simulate --ca-out ca.pem\n"
    "  cardresolver simulate --listen :0 --plaintext --rate 50/s\n"
    "  cardresolver simulate --fault busy=0.01 --fault missing-item=0.05 --seed 7\n";

constexpr std::string_view simulate_notes =
    "The first line on standard output is the URL. GET /stats tells what came in. SIGINT or SIGTERM ends it.";

std::string_view without_dashes(std::string_view word) {
    return word.substr(std::min(word.find_first_not_of('-'), word.size()));
}

exit_code refuse_command(const std::string& word) {
    if (word.starts_with('-')) {
        constexpr std::string_view known[] = {"help", "version"};
        const auto name = std::string_view(word).substr(0, word.find('='));
        log_error(fmt::format("unknown option '{}'{} (see cardresolver --help)", name,
                              suggest(without_dashes(name), known, "--")));
    } else {
        std::vector<std::string_view> names;
        for (const auto& one : all_commands())
            names.push_back(one.description.name);
        log_error(
            fmt::format("unknown command '{}'{} (see cardresolver --help)", word, suggest(word, names)));
    }
    return exit_code::usage;
}

exit_code run_command(const command& chosen, std::span<const std::string> words) {
    const auto reading = read_options(words, chosen.description.options);
    if (reading.wants_help) {
        fmt::print("{}", format_help(chosen.description));
        return exit_code::success;
    }
    for (const auto& warning : reading.warnings)
        log_warning(warning);
    if (!reading.faults.empty()) return report_faults(reading.faults);
    return chosen.execute(reading);
}

exit_code find_and_run(std::span<const std::string> words) {
    std::vector<command_description> descriptions;
    for (const auto& one : all_commands())
        descriptions.push_back(one.description);
    if (words.empty()) {
        fmt::print(stderr, "{}", format_overview(descriptions));
        return exit_code::usage;
    }
    const auto& first = words.front();
    if (first == "--help" || first == "-h") {
        fmt::print("{}", format_overview(descriptions));
        return exit_code::success;
    }
    if (first == "--version") {
        fmt::print("{}\n", version_line());
        return exit_code::success;
    }
    for (const auto& one : all_commands()) {
        if (one.description.name == first) return run_command(one, words.subspan(1));
    }
    return refuse_command(first);
}

}  // namespace

std::span<const command> all_commands() {
    static const std::vector<command> commands{
        {{"resolve", "Asks the carrier about every card of a list and writes one row for each.",
          "[INPUT] [OPTIONS]", resolve_examples, resolve_notes, resolve_option_table()},
         execute_resolve},
        {{"plan", "Counts a list and says what it will cost: requests, time, quota. Sends nothing.",
          "[INPUT] [OPTIONS]", plan_examples, plan_notes, plan_option_table()},
         execute_plan},
        {{"explain", "Tells the story of one card out of a trace.", "--trace FILE NUMBER", explain_examples,
          explain_notes, explain_option_table()},
         execute_explain},
        {{"check", "Reaches the carrier with one signed request and says what is wrong.",
          "[NUMBER] [OPTIONS]", check_examples, check_notes, check_option_table()},
         execute_check},
        {{"token", "Prints a transaction number and its token, to talk to the carrier's support.",
          "[OPTIONS]", token_examples, token_notes, token_option_table()},
         execute_token},
        {{"simulate", "Plays the carrier on this machine, for trying, tests and benchmarks.", "[OPTIONS]",
          simulate_examples, simulate_notes, simulate_option_table()},
         execute_simulate},
    };
    return commands;
}

exit_code report_faults(std::span<const option_fault> faults) {
    for (const auto& fault : faults)
        log_error(fault.message);
    return worst_of(faults);
}

exit_code run_program(std::span<const std::string> words) {
    try {
        return find_and_run(words);
    } catch (const std::exception& error) {
        log_error(fmt::format("internal fault: {}", error.what()));
    }
    return exit_code::internal_fault;
}

}  // namespace cardresolver::app
