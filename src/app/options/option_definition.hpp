// One option: the single place that says what it is called, what it takes, and where it may be given.
#pragma once

#include "app/options/command_options.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::app {

enum class option_group : std::uint8_t { input, output, account, transport, pace, report, token, simulator };

std::string_view title_of(option_group group) noexcept;

/// Where an option may be given, as a set of bits.
enum option_sources : std::uint8_t {
    from_flag = 1,
    from_environment = 2,
    from_file = 4,
    from_everywhere = from_flag | from_environment | from_file
};

/// What stands for the value in TOML; text is taken everywhere but for switches.
enum class toml_kind : std::uint8_t { text, integer, boolean };

/// Immutable. All sources hand their values over as text, so that there is one way to read each.
struct option_definition {
    /// Sets the option from `text`. Returns what is wrong or expected, as a clause; empty where all is well.
    using apply_function = std::string (*)(std::string_view text, command_options& options);

    std::string_view name;          ///< without the dashes; the TOML key
    std::string_view value = {};    ///< what stands for the value in the help; empty: a switch
    std::string_view initial = {};  ///< the default, as text for `apply`; empty: none
    option_group group = option_group::input;
    std::string_view help = {};
    apply_function apply = nullptr;
    /// For what is repeatable: forgets what a weaker source has said; a stronger one replaces it all.
    void (*clear)(command_options& options) = nullptr;
    std::uint8_t sources = from_everywhere;
    toml_kind toml = toml_kind::text;
    char letter = '\0';          ///< short flag
    bool is_positional = false;  ///< an argument, not a flag
    bool is_repeatable = false;  ///< several times, as an array in TOML, by comma in the environment
    bool takes_several = false;  ///< one flag takes all values that follow
    bool is_private = false;     ///< the value is never shown in a message
    /// Whether a value has a password in it, which is refused on the command line; null: none ever has.
    bool (*holds_password)(std::string_view) noexcept = nullptr;

    bool is_secret(std::string_view text) const {
        return is_private || (holds_password != nullptr && holds_password(text));
    }
    bool is_switch() const noexcept { return value.empty(); }
    bool takes_from(option_sources source) const noexcept { return (sources & source) != 0; }
    /// CARDRESOLVER_BATCH_SIZE
    std::string variable() const;
};

/// Every option of `resolve`; also every key of the configuration file.
std::span<const option_definition> resolve_option_table();
/// Those of `simulate`: flags alone, since the names mean other things than in `resolve`.
std::span<const option_definition> simulate_option_table();
/// Those of `plan`: a part of `resolve`'s, and its own.
std::span<const option_definition> plan_option_table();
/// Those of `check`: the account's and the transport's part of `resolve`'s, and its own.
std::span<const option_definition> check_option_table();
/// Those of `token`: the account's part of `resolve`'s, and its own.
std::span<const option_definition> token_option_table();
/// Those of `explain`: flags alone.
std::span<const option_definition> explain_option_table();

/// The option of that name; nullptr: none.
const option_definition* find_option(std::span<const option_definition> table,
                                     std::string_view name) noexcept;

/// The names of the options that `source` may give, for suggestions.
std::vector<std::string_view> names_of(std::span<const option_definition> table, option_sources source);

}  // namespace cardresolver::app
