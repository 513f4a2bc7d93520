#include "app/options/option_definition.hpp"

namespace cardresolver::app {

std::string_view title_of(option_group group) noexcept {
    constexpr std::array<std::string_view, 8> titles{"Input", "Output", "Account", "Transport",
                                                     "Pace",  "Report", "Token",   "Simulator"};
    return titles[static_cast<std::size_t>(group)];
}

std::string option_definition::variable() const {
    std::string text = "CARDRESOLVER_";
    for (const char c : name) {
        text.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c);
    }
    return text;
}

const option_definition* find_option(std::span<const option_definition> table,
                                     std::string_view name) noexcept {
    for (const auto& option : table) {
        if (option.name == name) return &option;
    }
    return nullptr;
}

std::vector<std::string_view> names_of(std::span<const option_definition> table, option_sources source) {
    std::vector<std::string_view> names;
    for (const auto& option : table) {
        if (option.takes_from(source)) names.push_back(option.name);
    }
    return names;
}

}  // namespace cardresolver::app
