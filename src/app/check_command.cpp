#include "app/account.hpp"
#include "app/built_in_carrier.hpp"
#include "app/check_report.hpp"
#include "app/commands.hpp"
#include "app/configuration_text.hpp"
#include "app/logging.hpp"
#include "app/resolve_settings.hpp"
#include "app/standard_output.hpp"
#include "app/version.hpp"
#include "card/canonical.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

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

/// Everything that lives as long as the check.
class check_session {
public:
    check_session(const command_options& options, carrier::account account, const card::card_number& number) {
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
    }

    exit_code execute() {
        try {
            const auto result = run::probe_carrier(context_, settings_);
            return print_steps(judge_probe(
                result, {settings_.url, settings_.client.proxy.has_value(), settings_.number, catalogue_}));
        } catch (const std::runtime_error& error) {
            const check_step step{"transport", step_state::failed, error.what(), {}};
            return print_steps({{step}, exit_code::configuration});
        }
    }

private:
    run::probe_settings settings_;
    carrier::status_catalogue catalogue_;
    std::optional<built_in_carrier> carrier_;
    net::asio::io_context context_{1};
};

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
    session = std::make_unique<check_session>(options, std::move(*account), *number);
    return session->execute();
}

}  // namespace cardresolver::app
