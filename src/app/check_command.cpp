#include "app/account.hpp"
#include "app/built_in_carrier.hpp"
#include "app/check_report.hpp"
#include "app/commands.hpp"
#include "app/configuration_text.hpp"
#include "app/logging.hpp"
#include "app/resolve_settings.hpp"
#include "app/standard_output.hpp"
#include "app/state_folder.hpp"
#include "app/version.hpp"
#include "card/canonical.hpp"
#include "ledger/account_ledger.hpp"
#include "ledger/memory_ledger.hpp"
#include "ledger/random_number.hpp"
#include "run/lone_permit.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <stdexcept>

namespace cardresolver::app {
namespace {

std::optional<card::card_number> read_number(const command_options& options,
                                             std::vector<option_fault>& faults) {
    const auto read = card::canonicalize(options.checked_number, {options.kind, options.pad_iccid});
    if (read.is_valid()) return read.number;
    faults.push_back(
        {exit_code::usage, fmt::format("'{}' is no card number: {}", card::escape_raw(options.checked_number),
                                       card::explain(read.reason))});
    return std::nullopt;
}

exit_code print_steps(const check_report& report) {
    std::string text;
    for (const auto& step : report.steps)
        text += format_step(step);
    const auto printed = print_text(text);
    return printed == exit_code::success ? report.code : printed;
}

exit_code print_broken_configuration(const std::vector<option_fault>& faults) {
    check_step step{"configuration", step_state::failed, {}, {}};
    for (const auto& fault : faults)
        step.text += (step.text.empty() ? "" : "\n") + fault.message;
    return print_steps({{step}, worst_of(faults)});
}

/// A permit that is not there by then will not be soon.
constexpr std::chrono::seconds longest_wait{10};

/// Everything that lives as long as the check.
class check_session {
public:
    check_session(const option_reading& reading, carrier::account account, const card::card_number& number) {
        const auto& options = reading.options;
        settings_.account = std::move(account);
        settings_.number = number;
        settings_.method = options.method;
        settings_.user_agent = user_agent();
        settings_.client = client_settings_of(options);
        if (options.base_url) {
            settings_.url = *options.base_url;
        } else {
            carrier_.emplace();
            settings_.url = carrier_->url();
            settings_.client.ca_pem = carrier_->ca_pem();
        }
        for (const auto& [code, meaning] : options.status_classes)
            catalogue_.reclassify(code, meaning);
        settings_.take_permit = [this] { return permit_->take(longest_wait); };
        pace_ = pace_of(reading);
    }

    /// `folder`: of the account's ledger; empty: the account ends with the process.
    std::optional<check_step> open_ledger(const std::string& folder) {
        try {
            if (folder.empty()) {
                ledger_ = std::make_unique<ledger::memory_ledger>(ledger::random_number());
            } else {
                ledger_ = std::make_unique<ledger::account_ledger>(
                    folder,
                    ledger::account_name{settings_.url.host, settings_.url.port, settings_.account.appid});
            }
        } catch (const ledger::ledger_error& error) {
            return check_step{"quota", step_state::failed, error.what(), {}};
        }
        permit_.emplace(*ledger_, pace_, ledger::random_number(), settings_.client.request_timeout,
                        settings_.account.appid);
        return std::nullopt;
    }

    exit_code execute() {
        try {
            const auto result = run::probe_carrier(context_, settings_);
            permit_->give_back(result.reply ? dispatch::permit_end::answered
                                            : dispatch::permit_end::given_up);
            return print_steps(judge_probe(
                result, {settings_.url, settings_.client.proxy.has_value(), settings_.number, catalogue_}));
        } catch (const ledger::ledger_error& error) {
            return print_steps({{{"quota", step_state::failed, error.what(), {}}}, exit_code::io_error});
        } catch (const std::runtime_error& error) {
            const check_step step{"transport", step_state::failed, error.what(), {}};
            return print_steps({{step}, exit_code::configuration});
        }
    }

private:
    run::probe_settings settings_;
    carrier::status_catalogue catalogue_;
    std::optional<built_in_carrier> carrier_;
    dispatch::pace pace_;
    std::unique_ptr<ledger::quota_ledger> ledger_;
    std::optional<run::lone_permit> permit_;
    net::asio::io_context context_{1};
};

/// Tells where the ledger is; a code where it cannot be kept.
std::optional<exit_code> prepare_ledger(check_session& session, const command_options& options) {
    state_folder folder;
    if (options.base_url) folder = choose_state_folder(options.state_dir, find_state_surroundings());
    std::optional<check_step> failed;
    if (!folder.error.empty()) failed = check_step{"quota", step_state::failed, folder.error, {}};
    if (!failed) failed = session.open_ledger(folder.path);
    if (failed) return print_steps({{*failed}, exit_code::cannot_create});
    if (folder.path.empty()) return std::nullopt;
    const auto printed =
        print_steps({{{"quota", step_state::ok, "the account's ledger is kept in " + folder.path, {}}}, {}});
    return printed == exit_code::success ? std::nullopt : std::optional(printed);
}

}  // namespace

exit_code execute_check(const option_reading& reading) {
    const auto& options = reading.options;
    std::vector<option_fault> faults;
    const auto number = read_number(options, faults);
    if (!number) return report_faults(faults);
    check_plaintext(options, faults);
    auto account = find_account(reading, faults);
    if (!account || !faults.empty()) return print_broken_configuration(faults);
    const auto printed =
        print_steps({{{"configuration", step_state::ok, describe_configuration(reading), {}}}, {}});
    if (printed != exit_code::success) return printed;
    if (options.base_url && !options.base_url->tls) log_warning(plaintext_warning());
    // Never destroyed: the resolver's thread may be blocked in a look-up.
    static std::unique_ptr<check_session> session;
    session = std::make_unique<check_session>(reading, std::move(*account), *number);
    if (const auto failed = prepare_ledger(*session, options)) return *failed;
    return session->execute();
}

}  // namespace cardresolver::app
