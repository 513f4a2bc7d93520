#include "app/options/option_reader.hpp"

#include "app/options/command_line.hpp"
#include "app/options/config_file.hpp"
#include "app/options/environment.hpp"
#include "app/options/suggestion.hpp"
#include "database/database_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cardresolver::app {
namespace {

class reader {
public:
    reader(std::span<const option_definition> table, option_reading& out) : table_(table), out_(out) {}

    void read(const command_line& line) {
        apply_defaults();
        auto variables = take_environment();
        apply_file(config_path(line, variables));
        for (auto& [option, text] : variables) {
            apply_variable(*option, text);
            if (option->name == "password") out_.is_password_of_environment = true;
            if (option->is_secret(text)) carrier::wipe(text);
        }
        apply_flags(line);
    }

private:
    using variable_values = std::map<const option_definition*, std::string>;

    void apply_defaults() {
        for (const auto& option : table_) {
            if (!option.initial.empty()) option.apply(option.initial, out_.options);
        }
    }

    /// The values; secrets are gone from the environment afterwards, whether they are used or not.
    variable_values take_environment() {
        variable_values values;
        for (const auto& option : table_) {
            if (!option.takes_from(from_environment)) continue;
            const auto name = option.variable();
            auto value = read_variable(name);
            const bool is_secret = value && (option.name == "password" || (option.holds_password != nullptr &&
                                                                           option.holds_password(*value)));
            if (is_secret) {
                carrier::wipe(*value);
                value = take_variable(name);
            }
            if (value) values.emplace(&option, std::move(*value));
        }
        warn_of_slips();
        return values;
    }

    /// A variable that is almost one of ours: a slip that would otherwise go unnoticed.
    void warn_of_slips() {
        constexpr std::string_view prefix = "CARDRESOLVER_";
        std::vector<std::string> known;
        for (const auto& option : resolve_option_table()) {
            if (option.takes_from(from_environment)) known.push_back(option.variable());
        }
        const std::vector<std::string_view> names(known.begin(), known.end());
        for (const auto& variable : variables_with_prefix(prefix)) {
            if (std::find(known.begin(), known.end(), variable) != known.end()) continue;
            const auto hint =
                suggest(std::string_view(variable).substr(prefix.size()), without(names, prefix), prefix);
            if (!hint.empty()) {
                out_.warnings.push_back(fmt::format("the environment's {} means nothing{}", variable, hint));
            }
        }
    }

    static std::vector<std::string_view> without(std::vector<std::string_view> names,
                                                 std::string_view prefix) {
        for (auto& name : names)
            name.remove_prefix(prefix.size());
        return names;
    }

    std::string config_path(const command_line& line, const variable_values& variables) const {
        const auto* config = find_option(table_, "config");
        if (config == nullptr) return {};
        for (const auto& entry : line.entries) {
            if (entry.option == config) return entry.text;
        }
        const auto found = variables.find(config);
        return found == variables.end() ? std::string() : found->second;
    }

    /// The file's keys are those of `resolve`, whatever the command: all of them share one file.
    void apply_file(const std::string& path) {
        if (path.empty()) return;
        auto file = load_config(path, resolve_option_table());
        for (auto& fault : file.faults)
            out_.faults.push_back({exit_code::configuration, std::move(fault)});
        if (!file.schedule_place.empty())
            out_.given["schedule"] = {fmt::format("{} {}, by the local clock", file.schedule.size(),
                                                  file.schedule.size() == 1 ? "entry" : "entries"),
                                      file.schedule_place};
        out_.options.schedule = std::move(file.schedule);
        for (auto& entry : file.entries) {
            apply(*entry.option, entry.text, entry.place, from_file);
            if (entry.option->is_secret(entry.text)) carrier::wipe(entry.text);
        }
    }

    void apply_variable(const option_definition& option, std::string_view text) {
        for (auto end = text.find(','); option.is_repeatable && end != std::string_view::npos;
             end = text.find(',')) {
            apply(option, text.substr(0, end), option.variable(), from_environment);
            text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ', end + 1)));
        }
        apply(option, text, option.variable(), from_environment);
    }

    void apply_flags(const command_line& line) {
        for (const auto& entry : line.entries) {
            const auto where = entry.option->is_positional ? std::string(entry.option->value)
                                                           : fmt::format("--{}", entry.option->name);
            if (entry.option->holds_password != nullptr && entry.option->holds_password(entry.text)) {
                out_.faults.push_back(
                    {exit_code::usage,
                     fmt::format(
                         "{0}: a password is refused here, since other users can see the "
                         "command line: write `{1} = \"...\"` in the configuration file, or "
                         "use {2}{3}",
                         where, entry.option->name, entry.option->variable(),
                         database::is_database_url(entry.text) ? ", or a file that PGPASSFILE names" : "")});
                continue;
            }
            apply(*entry.option, entry.text, where, from_flag);
        }
    }

    void apply(const option_definition& option, std::string_view text, const std::string& origin,
               option_sources source) {
        const auto [said, is_first] = said_by_.try_emplace(&option, source);
        const bool is_stronger = is_first || said->second != source;
        if (option.clear != nullptr && is_stronger) option.clear(out_.options);
        said->second = source;
        const auto where = source == from_file ? fmt::format("{}: {}", origin, option.name) : origin;
        const auto code = source == from_file ? exit_code::configuration : exit_code::usage;
        const auto wrong = option.apply(text, out_.options);
        if (wrong.empty()) {
            note(option, text, origin, is_stronger);
        } else if (option.is_secret(text)) {
            out_.faults.push_back({code, fmt::format("{}: {}", where, wrong)});
        } else {
            out_.faults.push_back({code, fmt::format("{}: '{}': {}", where, text, wrong)});
        }
    }

    /// Several values of one source stand side by side.
    void note(const option_definition& option, std::string_view text, const std::string& origin,
              bool is_stronger) {
        auto& noted = out_.given[option.name];
        if (is_stronger) noted = {};
        noted.origin = origin;
        if (option.is_secret(text)) return;
        if (!noted.text.empty()) noted.text += ", ";
        noted.text += text;
    }

    std::span<const option_definition> table_;
    option_reading& out_;
    std::map<const option_definition*, option_sources> said_by_;
};

}  // namespace

option_reading read_options(std::span<const std::string> words, std::span<const option_definition> table) {
    option_reading out;
    const auto line = parse_command_line(words, table);
    out.wants_help = line.wants_help;
    if (out.wants_help) return out;
    for (const auto& fault : line.faults)
        out.faults.push_back({exit_code::usage, fault});
    reader(table, out).read(line);
    return out;
}

exit_code worst_of(std::span<const option_fault> faults) noexcept {
    const auto lowest = std::min_element(faults.begin(), faults.end(), [](const auto& a, const auto& b) {
        return to_status(a.code) < to_status(b.code);
    });
    return lowest == faults.end() ? exit_code::success : lowest->code;
}

}  // namespace cardresolver::app
