#include "app/options/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace cardresolver::app {
namespace {

constexpr std::size_t text_column = 26;

/// A blank at which `wrap` does not break.
constexpr char fixed_blank = '\x1F';

std::string label_of(const option_definition& option) {
    if (option.is_positional) return fmt::format("  {}", option.value);
    auto label = option.letter == '\0' ? fmt::format("      --{}", option.name)
                                       : fmt::format("  -{}, --{}", option.letter, option.name);
    if (!option.is_switch()) label += fmt::format(" {}", option.value);
    return label;
}

std::string text_of(const option_definition& option) {
    if (option.initial.empty()) return std::string(option.help);
    return fmt::format("{} [default{}{}]", option.help, fixed_blank, option.initial);
}

void append_option(std::string& out, const option_definition& option) {
    const auto label = label_of(option);
    out += label;
    if (label.size() + 2 > text_column) {
        out += fmt::format("\n{:{}}", "", text_column);
    } else {
        out.append(text_column - label.size(), ' ');
    }
    out += wrap(text_of(option), text_column) + "\n";
}

/// Where else the options may stand; empty for a command that takes flags alone.
std::string sources_note(std::span<const option_definition> options) {
    std::string flags_alone = "--help";
    bool has_other_sources = false;
    for (const auto& option : options) {
        const bool has_environment = option.takes_from(from_environment);
        has_other_sources = has_other_sources || has_environment;
        if (!has_environment && !option.is_positional) flags_alone += fmt::format(", --{}", option.name);
    }
    if (!has_other_sources) return {};
    auto note = fmt::format(
        "All options but {} are also read from the environment, as CARDRESOLVER_ and the name in capitals "
        "(CARDRESOLVER_BASE_URL=simulator), and from the file named by --config, as TOML "
        "(base-url = \"simulator\"). A flag beats the environment, the environment beats the file.",
        flags_alone);
    if (find_option(options, "password") == nullptr) return note;
    return note +
           "\n\n"
           "The password is never taken from the command line. It is looked for in CARDRESOLVER_PASSWORD, "
           "--password-file, $CREDENTIALS_DIRECTORY/password, and the configuration file (password = "
           "\"...\", chmod 600).";
}

}  // namespace

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
    std::string out;
    std::size_t column = indent;
    bool starts_line = true;
    std::size_t at = 0;
    const auto break_line = [&] {
        out.push_back('\n');
        column = indent;
        starts_line = true;
    };
    while (at < text.size()) {
        if (text[at] == '\n') {
            break_line();
            ++at;
            continue;
        }
        const auto end = std::min(text.find_first_of(" \n", at), text.size());
        const auto word = text.substr(at, end - at);
        if (!starts_line && column + 1 + word.size() > width) break_line();
        if (!starts_line) {
            out.push_back(' ');
            ++column;
        } else if (!out.empty() && !word.empty()) {
            out.append(indent, ' ');
        }
        out += word;
        column += word.size();
        starts_line = false;
        at = end < text.size() && text[end] == ' ' ? end + 1 : end;
    }
    std::replace(out.begin(), out.end(), fixed_blank, ' ');
    return out;
}

std::string format_help(const command_description& command) {
    std::string out = fmt::format("Examples:\n{}\nUsage: cardresolver {} {}\n\n{}\n", command.examples,
                                  command.name, command.usage, wrap(command.summary, 0));
    for (std::size_t i = 0; i <= static_cast<std::size_t>(option_group::simulator); ++i) {
        const auto group = static_cast<option_group>(i);
        bool is_first = true;
        for (const auto& option : command.options) {
            if (option.group != group || !option.takes_from(from_flag)) continue;
            if (is_first) out += fmt::format("\n{}:\n", title_of(group));
            is_first = false;
            append_option(out, option);
        }
    }
    out += "\n  -h, --help              This text.\n";
    const auto sources = sources_note(command.options);
    if (!sources.empty()) out += "\n" + wrap(sources, 0) + "\n";
    if (!command.notes.empty()) out += "\n" + wrap(command.notes, 0) + "\n";
    return out;
}

std::string format_overview(std::span<const command_description> commands) {
    std::string out =
        "Examples:\n"
        "  cardresolver resolve cards.txt -o cards.csv\n"
        "  cardresolver resolve cards.txt --base-url simulator\n"
        "\n"
        "Usage: cardresolver COMMAND [OPTIONS]\n"
        "\n"
        "Asks the carrier about the ICCID, IMSI and MSISDN numbers of IoT SIM cards.\n"
        "\n"
        "Commands:\n";
    for (const auto& command : commands) {
        fmt::format_to(std::back_inserter(out), "  {:12}{}\n", command.name, wrap(command.summary, 14));
    }
    out +=
        "\n"
        "  -h, --help   This text; after a command, what that command takes.\n"
        "  --version    The program's version.\n";
    return out;
}

}  // namespace cardresolver::app
