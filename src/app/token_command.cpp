#include "app/account.hpp"
#include "app/commands.hpp"
#include "app/curl_line.hpp"
#include "app/logging.hpp"
#include "app/resolve_settings.hpp"
#include "app/version.hpp"
#include "carrier/token.hpp"
#include "carrier/transid.hpp"

#include <fmt/format.h>

#include <chrono>
#include <random>

namespace cardresolver::app {
namespace {

carrier::transid choose_transid(const command_options& options, const carrier::account& account) {
    if (!options.transid.empty()) return carrier::transid(options.transid);
    std::random_device device;
    return carrier::lone_transids(account.appid, device()).next(std::chrono::system_clock::now());
}

exit_code print_curl(const command_options& options, const carrier::account& account,
                     const carrier::transid& transid) {
    std::string error;
    const auto numbers = read_curl_numbers(options, error);
    if (!numbers) {
        log_error(error);
        return exit_code::usage;
    }
    if (!options.base_url->tls) log_warning(plaintext_warning());
    fmt::print("{}\n", format_curl_line({options, account, transid, *numbers}));
    return exit_code::success;
}

}  // namespace

exit_code execute_token(const option_reading& reading) {
    const auto& options = reading.options;
    std::vector<option_fault> faults;
    const bool wants_curl = !options.curl.empty();
    if (wants_curl && !options.base_url) {
        faults.push_back(
            {exit_code::usage,
             "--curl needs a carrier that others can reach: start `cardresolver simulate` and give its URL "
             "as --base-url"});
    }
    if (wants_curl) check_plaintext(options, faults);
    const auto account = find_account(reading, faults);
    if (!faults.empty() || !account) return report_faults(faults);
    const auto transid = choose_transid(options, *account);
    if (!transid.view().starts_with(account->appid)) {
        log_warning(fmt::format("the transid does not begin with the appid {}: the carrier will refuse it",
                                account->appid));
    }
    if (wants_curl) return print_curl(options, *account, transid);
    const auto token = carrier::token_signer(*account).sign(transid.view());
    fmt::print("transid {}\ntoken {}\n", transid.view(), std::string_view(token.data(), token.size()));
    return exit_code::success;
}

}  // namespace cardresolver::app
