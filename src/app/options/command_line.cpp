#include "app/options/command_line.hpp"

#include "app/options/suggestion.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cardresolver::app {
namespace {

constexpr std::string_view password_flag = "--password";

/// A habit from other programs. Refused before anything else reads the words, and its value is not repeated.
bool names_password(std::span<const std::string> words) {
    for (const auto& word : words) {
        if (word == "--") return false;
        if (word == password_flag || word.starts_with("--password=")) return true;
    }
    return false;
}

std::string flag_names(const option_definition& option) {
    if (option.is_positional) return std::string(option.name);
    const auto name = fmt::format("--{}", option.name);
    return option.letter == '\0' ? name : fmt::format("-{},{}", option.letter, name);
}

/// What CLI11 collects: one list of texts for each option.
using collected = std::map<const option_definition*, std::vector<std::string>>;

void declare(CLI::App& app, std::span<const option_definition> table, collected& values) {
    for (const auto& option : table) {
        if (!option.takes_from(from_flag)) continue;
        if (option.is_switch()) {
            app.add_flag(flag_names(option));
            continue;
        }
        auto* declared = app.add_option(flag_names(option), values[&option]);
        if (!option.is_positional) declared->allow_extra_args(option.takes_several);
    }
}

void collect_switches(const CLI::App& app, std::span<const option_definition> table, collected& values) {
    for (const auto& option : table) {
        if (!option.takes_from(from_flag) || !option.is_switch()) continue;
        values[&option] = app.get_option(fmt::format("--{}", option.name))->results();
    }
}

void report_strangers(const std::vector<std::string>& strangers, std::span<const option_definition> table,
                      std::vector<std::string>& faults) {
    auto known = names_of(table, from_flag);
    known.emplace_back("help");
    for (const auto& word : strangers) {
        if (word.size() < 2 || word[0] != '-' || word == "--") continue;
        const auto name = word.substr(0, word.find('='));  // behind it, something may be secret
        const auto bare = name.substr(std::min(name.find_first_not_of('-'), name.size()));
        faults.push_back(fmt::format("unknown option '{}'{}", name, suggest(bare, known, "--")));
    }
    if (!faults.empty()) return;
    // CLI11 counts the "--" before file names with a dash among the strangers.
    const auto stray =
        std::find_if(strangers.begin(), strangers.end(), [](const auto& word) { return word != "--"; });
    if (stray != strangers.end()) faults.push_back(fmt::format("unexpected argument '{}'", *stray));
}

void take_over(std::span<const option_definition> table, const collected& values, command_line& line) {
    for (const auto& option : table) {
        const auto found = values.find(&option);
        if (found == values.end()) continue;
        const auto& texts = found->second;
        if (texts.size() > 1 && !option.is_repeatable && !option.is_switch()) {
            line.faults.push_back(option.is_positional
                                      ? fmt::format("more than one {}: one is expected", option.value)
                                      : fmt::format("--{} is given twice", option.name));
            continue;
        }
        for (const auto& text : texts)
            line.entries.push_back({&option, text});
    }
}

}  // namespace

command_line parse_command_line(std::span<const std::string> words,
                                std::span<const option_definition> table) {
    command_line line;
    if (names_password(words)) {
        line.faults.emplace_back(
            "--password is refused, since other users can see the command line: use CARDRESOLVER_PASSWORD, "
            "--password-file FILE, $CREDENTIALS_DIRECTORY/password, or `password = \"...\"` in the "
            "configuration "
            "file");
        return line;
    }
    CLI::App app;
    app.allow_extras();
    collected values;
    declare(app, table, values);
    try {
        // CLI11 wants the words last to first.
        app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
        collect_switches(app, table, values);
    } catch (const CLI::CallForHelp&) {
        line.wants_help = true;
        return line;
    } catch (const CLI::ArgumentMismatch& error) {
        const std::string_view text = error.what();  // "--rate: 1 required TEXT missing"
        line.faults.push_back(std::string(text.substr(0, text.find(':'))) + " wants a value");
        return line;
    } catch (const CLI::ParseError& error) {
        line.faults.emplace_back(error.what());
        return line;
    }
    report_strangers(app.remaining(), table, line.faults);
    if (line.faults.empty()) take_over(table, values, line);
    return line;
}

}  // namespace cardresolver::app
