#include "app/commands.hpp"
#include "app/logging.hpp"
#include "app/options/secret_file.hpp"
#include "app/stop_signals.hpp"
#include "app/whole_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <unistd.h>

namespace cardresolver::app {
namespace {

/// What can be told before the simulator starts, each with its own exit code.
void check_files(const command_options& options, simulator::settings& settings,
                 std::vector<option_fault>& faults) {
    if (!settings.cards_file.empty() && ::access(settings.cards_file.c_str(), R_OK) != 0) {
        faults.push_back({exit_code::no_input, fmt::format("the cards '{}' cannot be read: {}",
                                                           settings.cards_file, std::strerror(errno))});
    }
    if (!settings.ca_out.empty()) {
        if (const auto why = why_not_writable(settings.ca_out)) {
            faults.push_back(
                {exit_code::cannot_create,
                 fmt::format("the certificate '{}' cannot be created: {}", settings.ca_out, *why)});
        }
    }
    if (options.simulated_password_file.empty()) return;
    std::string error;
    const auto password =
        read_password_file(options.simulated_password_file, file_protection::by_mode, error);
    if (password) {
        settings.password = password->reveal();
    } else {
        faults.push_back({exit_code::configuration, error});
    }
}

exit_code serve(const simulator::settings& settings) {
    const simulator::server server(settings);
    net::asio::io_context context{1};
    stop_signals signals(context, [&](int) { context.stop(); });
    // Whoever reads the address may send a signal at once: the handlers come first.
    fmt::print("{}\n", server.url());
    std::fflush(stdout);
    context.run();
    return exit_code_of_signal(signals.received().value_or(SIGTERM));
}

}  // namespace

exit_code execute_simulate(const option_reading& reading) {
    auto settings = reading.options.simulated;
    std::vector<option_fault> faults;
    check_files(reading.options, settings, faults);
    if (!faults.empty()) return report_faults(faults);
    if (!settings.plaintext && settings.ca_out.empty()) {
        log_info("the certificate is made at start: clients need it, so name a file with --ca-out");
    }
    try {
        return serve(settings);
    } catch (const simulator::unusable_cards& error) {
        log_error(error.what());
        return exit_code::input_unusable;
    } catch (const std::runtime_error& error) {
        log_error(error.what());
    }
    return exit_code::cannot_create;
}

}  // namespace cardresolver::app
