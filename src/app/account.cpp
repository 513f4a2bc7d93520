#include "app/account.hpp"

#include "app/options/environment.hpp"
#include "app/options/secret_file.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace cardresolver::app {
namespace {

std::string missing(std::string_view name) {
    const auto* option = find_option(resolve_option_table(), name);
    return fmt::format("no {0}: give --{0}, {1}, or `{0} = \"...\"` in the configuration file (--config)",
                       name, option->variable());
}

constexpr std::string_view missing_password =
    "no password: give it in CARDRESOLVER_PASSWORD, --password-file FILE, $CREDENTIALS_DIRECTORY/password, "
    "or as "
    "`password = \"...\"` in the configuration file (--config)";

/// $CREDENTIALS_DIRECTORY/password, where there is one.
std::string credential_path() {
    const auto folder = read_variable("CREDENTIALS_DIRECTORY");
    if (!folder) return {};
    auto path = *folder + "/password";
    return ::access(path.c_str(), F_OK) == 0 ? path : std::string();
}

/// An empty secret where there is no password, or where its file cannot be used (then `faults` says so).
carrier::secret find_password(const option_reading& reading, std::vector<option_fault>& faults) {
    const auto& options = reading.options;
    if (reading.is_password_of_environment) return options.password;
    std::string path = options.password_file;
    auto protection = file_protection::by_mode;
    if (path.empty()) {
        path = credential_path();
        protection = file_protection::by_directory;
    }
    if (path.empty()) return options.password;
    std::string error;
    auto password = read_password_file(path, protection, error);
    if (password) return std::move(*password);
    faults.push_back({exit_code::configuration, std::move(error)});
    return {};
}

}  // namespace

std::optional<carrier::account> find_account(const option_reading& reading,
                                             std::vector<option_fault>& faults) {
    const auto before = faults.size();
    carrier::account account;
    account.appid = reading.options.appid;
    account.ebid = reading.options.ebid;
    account.password = find_password(reading, faults);
    const bool is_password_broken = faults.size() > before;
    if (!reading.options.base_url) {
        const simulator::settings simulated;
        if (account.appid.empty()) account.appid = simulated.appid;
        if (account.ebid.empty()) account.ebid = simulated.ebid;
        if (account.password.empty()) account.password = carrier::secret(simulated.password);
    }
    if (account.appid.empty()) faults.push_back({exit_code::configuration, missing("appid")});
    if (account.ebid.empty()) faults.push_back({exit_code::configuration, missing("ebid")});
    if (account.password.empty() && !is_password_broken) {
        faults.push_back({exit_code::configuration, std::string(missing_password)});
    }
    if (faults.size() > before) return std::nullopt;
    if (auto fault = carrier::find_fault(account)) {
        faults.push_back({exit_code::configuration, std::move(*fault)});
        return std::nullopt;
    }
    return account;
}

}  // namespace cardresolver::app
