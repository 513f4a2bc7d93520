#include "app/options/config_file.hpp"

#include "app/options/schedule_reader.hpp"
#include "app/options/secret_file.hpp"
#include "app/options/suggestion.hpp"
#include "app/options/user_information.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

namespace cardresolver::app {
namespace {

constexpr std::size_t max_config_size = 1 << 20;
constexpr std::string_view schedule_key = "schedule";

std::string place_of(const std::string& path, const toml::source_position& at) {
    return fmt::format("{}:{}:{}", path, at.line, at.column);
}

std::string_view expected_type(toml_kind kind) {
    switch (kind) {
        case toml_kind::integer:
            return "expected a whole number";
        case toml_kind::boolean:
            return "expected true or false";
        case toml_kind::text:
            break;
    }
    return "expected text in quotes";
}

/// The value as a flag would have it; nothing where its type does not fit. Text fits all but switches.
std::optional<std::string> text_of(toml::node& node, toml_kind kind) {
    if (auto* text = node.as_string()) {
        if (kind == toml_kind::boolean) return std::nullopt;
        return text->get();
    }
    if (const auto* number = node.as_integer(); number != nullptr && kind == toml_kind::integer) {
        return std::to_string(number->get());
    }
    if (const auto* value = node.as_boolean(); value != nullptr && kind == toml_kind::boolean) {
        return value->get() ? "true" : "false";
    }
    return std::nullopt;
}

/// An entry or a fault, and where it stands: toml++ hands keys over by alphabet.
struct placed {
    toml::source_position at;
    config_entry entry;
    std::string fault;
};

placed read_value(const option_definition& option, toml::node& node, const std::string& path) {
    placed result;
    result.at = node.source().begin;
    auto place = place_of(path, result.at);
    auto text = text_of(node, option.toml);
    if (!text) {
        result.fault = fmt::format("{}: {}: {}", place, option.name, expected_type(option.toml));
        return result;
    }
    if (option.is_private) {
        if (auto* held = node.as_string()) carrier::wipe(held->get());
    }
    result.entry = {&option, std::move(*text), std::move(place)};
    return result;
}

/// One key: one entry, or one for each element of a repeatable option's array.
void read_key(const toml::key& key, toml::node& node, const std::string& path,
              std::span<const option_definition> table, std::vector<placed>& all) {
    const auto* option = find_option(table, key.str());
    if (option == nullptr || !option->takes_from(from_file)) {
        auto names = names_of(table, from_file);
        names.push_back(schedule_key);
        const auto hint = suggest(key.str(), names);
        const auto at = key.source().begin;
        all.push_back({at, {}, fmt::format("{}: unknown key '{}'{}", place_of(path, at), key.str(), hint)});
        return;
    }
    auto* array = node.as_array();
    if (array == nullptr || !option->is_repeatable) {
        all.push_back(read_value(*option, node, path));
        return;
    }
    for (auto& element : *array)
        all.push_back(read_value(*option, element, path));
}

void read_schedule_key(const toml::node& node, const std::string& path, config_file& file,
                       std::vector<placed>& all) {
    file.schedule_place = place_of(path, node.source().begin);
    file.schedule = read_schedule(node, [&](const toml::source_position& at, const std::string& wrong) {
        all.push_back({at, {}, fmt::format("{}: schedule: {}", place_of(path, at), wrong)});
    });
}

bool holds_secret(const config_entry& entry) {
    if (entry.option->name == "password") return true;
    return entry.option->holds_password != nullptr && entry.option->holds_password(entry.text);
}

}  // namespace

config_file parse_config(std::string_view text, const std::string& path,
                         std::span<const option_definition> table) {
    config_file file;
    toml::table parsed;
    try {
        parsed = toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        file.faults.push_back(
            fmt::format("{}: {}", place_of(path, error.source().begin), error.description()));
        return file;
    }
    std::vector<placed> all;
    for (auto&& [key, node] : parsed) {
        if (key.str() == schedule_key) {
            read_schedule_key(node, path, file, all);
        } else {
            read_key(key, node, path, table, all);
        }
    }
    std::sort(all.begin(), all.end(), [](const placed& a, const placed& b) { return a.at < b.at; });
    for (auto& one : all) {
        if (one.fault.empty()) {
            file.entries.push_back(std::move(one.entry));
        } else {
            file.faults.push_back(std::move(one.fault));
        }
    }
    return file;
}

config_file load_config(const std::string& path, std::span<const option_definition> table) {
    std::string error;
    auto content = read_file(path, max_config_size, error);
    if (!content) {
        config_file file;
        file.faults.push_back(fmt::format("the configuration file '{}' cannot be read: {}", path, error));
        return file;
    }
    auto file = parse_config(content->text, path, table);
    carrier::wipe(content->text);
    const bool has_secret = std::any_of(file.entries.begin(), file.entries.end(), holds_secret);
    if (has_secret && content->is_open_to_others) file.faults.push_back(open_to_others(path));
    return file;
}

}  // namespace cardresolver::app
