#include "app/built_in_carrier.hpp"
#include "app/commands.hpp"
#include "app/ending.hpp"
#include "app/harmless_text.hpp"
#include "app/logging.hpp"
#include "app/options/value_text.hpp"
#include "app/progress_reporter.hpp"
#include "app/resolve_settings.hpp"
#include "app/sha256.hpp"
#include "app/state_folder.hpp"
#include "app/stop_signals.hpp"
#include "app/version.hpp"
#include "app/whole_file.hpp"
#include "database/database_url.hpp"
#include "ledger/quota_ledger.hpp"
#include "run/run_opening.hpp"
#include "run/summary.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>

namespace cardresolver::app {
namespace {

bool is_directory(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

exit_code say(const ending& end) {
    if (!end.message.empty()) log_error(end.message);
    return end.code;
}

/// Everything that lives as long as a run.
class resolve_session {
public:
    resolve_session(const command_options& options, run::settings settings)
        : options_(options), settings_(std::move(settings)) {
        if (!options_.base_url) start_built_in_carrier();
        settings_.on_wait = [this](std::string_view why) { tell_of_wait(why); };
        settings_.on_outage = [this](std::string_view why) { tell_of_outage(why); };
        settings_.on_clock_behind = [this](std::chrono::seconds behind) { tell_of_clock(behind); };
        if (settings_.trace) settings_.trace->on_fault = [this](std::string_view why) { give_up_trace(why); };
    }

    exit_code execute() {
        if (const auto fault = open()) return say(*fault);
        say_how_it_begins();
        progress_.emplace(context_, *run_, options_.progress);
        stop_signals signals(context_, [this](int) { drain(); });
        progress_->start();
        const auto result = run_->execute();
        signals.release();
        const auto end = judge(result, facts(signals.received()));
        progress_->finish(end.code == exit_code::reader_gone);
        const auto code = say(end);
        return write_summary(result, code);
    }

private:
    void start_built_in_carrier() {
        carrier_.emplace();
        settings_.url = carrier_->url();
        settings_.client.ca_pem = carrier_->ca_pem();
    }

    std::optional<ending> open() {
        try {
            run_.emplace(context_, settings_);
            return std::nullopt;
        } catch (const source::input_error& error) {
            return judge(error, is_directory(options_.input));
        } catch (const sink::output_error& error) {
            return judge(error);
        } catch (const ledger::ledger_error& error) {
            using error_kind = ledger::ledger_error::error_kind;
            const bool was_there = error.kind == error_kind::io || error.kind == error_kind::damaged;
            return ending{was_there ? exit_code::io_error : exit_code::cannot_create, error.what()};
        } catch (const run::settings_changed& error) {
            return ending{exit_code::usage, error.what()};
        } catch (const std::system_error& error) {
            return ending{exit_code::internal_fault,
                          fmt::format("the system does not give what a run needs: {}", error.what())};
        } catch (const std::runtime_error& error) {
            return ending{exit_code::configuration, error.what()};
        }
    }

    void say_how_it_begins() const {
        if (run_->replaced_partial() && !options_.restart)
            log_info("an unfinished output without a checkpoint was replaced");
        if (const auto rows = run_->rows_before())
            log_info(fmt::format("going on behind the {} {} of an unfinished run", *rows,
                                 *rows == 1 ? "row" : "rows"));
    }

    void tell_of_wait(std::string_view why) {
        if (progress_) progress_->clear();
        log_warning(fmt::format(
            "{}: nothing is asked meanwhile, and the run goes on by itself once that is over", why));
    }

    void tell_of_outage(std::string_view why) {
        if (progress_) progress_->clear();
        if (why.empty()) return log_info("the carrier is back");
        log_warning(fmt::format(
            "no answers from the carrier ({}): it is tried now and then, and the run goes on by itself once "
            "they come",
            harmless(why)));
    }

    void tell_of_clock(std::chrono::seconds behind) {
        if (progress_) progress_->clear();
        log_warning(fmt::format(
            "the clock is {} s behind what it has shown before: transaction numbers keep to the later"
            " time, and no day's quota begins early; check the clock",
            behind.count()));
    }

    /// The rows are what matters: they go on.
    void give_up_trace(std::string_view why) {
        if (progress_) progress_->clear();
        log_warning(fmt::format("{}: the run goes on without a trace", why));
    }

    void drain() {
        progress_->clear();
        const auto in_flight = run_->snapshot().in_flight;
        const auto what = in_flight == 0 ? std::string("the rows are written")
                                         : fmt::format("waiting for {} {} in flight (at most {})", in_flight,
                                                       in_flight == 1 ? "request" : "requests",
                                                       format_duration(settings_.client.request_timeout));
        log_warning(fmt::format("stopping: {}; press Ctrl-C again to stop at once", what));
        run_->drain();
    }

    run_facts facts(std::optional<int> signal) const {
        const auto counts = run_->snapshot();
        return {counts.rows(),
                counts.count_of(card::outcome_kind::failed),
                signal,
                is_directory(options_.input),
                !options_.base_url,
                settings_.deadline,
                finished_share(counts)};
    }

    /// A summary that cannot be written spoils a success, but does not hide why a run failed.
    exit_code write_summary(const run::result& result, exit_code code) const {
        if (options_.summary.empty()) return code;
        run::summary_facts facts{std::string(version()), database::without_password(options_.input),
                                 database::without_password(options_.output), config_digest(settings_)};
        if (options_.checksum) {
            facts.input_sha256 = sha256_of_file(options_.input);
            if (result.end == run::run_end::complete) facts.output_sha256 = sha256_of_file(options_.output);
        }
        const auto text = run::format_summary(facts, result, *run_);
        if (options_.summary == "-") {
            std::fwrite(text.data(), 1, text.size(), stdout);
            return code;
        }
        const auto why = write_whole_file(options_.summary, text);
        if (!why) return code;
        log_error(fmt::format("the summary '{}' cannot be written: {}", options_.summary, *why));
        const bool is_finished = code == exit_code::success || code == exit_code::some_failed;
        return is_finished ? exit_code::io_error : code;
    }

    const command_options& options_;
    run::settings settings_;
    std::optional<built_in_carrier> carrier_;
    net::asio::io_context context_{1};
    std::optional<run::resolve_run> run_;
    std::optional<progress_reporter> progress_;
};

}  // namespace

exit_code execute_resolve(const option_reading& reading) {
    std::vector<option_fault> faults;
    auto settings = make_run_settings(reading, faults);
    if (!settings) return report_faults(faults);
    if (reading.options.base_url && !reading.options.base_url->tls) log_warning(plaintext_warning());
    if (const auto warning = query_warning(reading.options); !warning.empty()) log_warning(warning);
    // The built-in carrier's account ends with the process.
    if (reading.options.base_url) {
        auto folder = choose_state_folder(reading.options.state_dir, find_state_surroundings());
        if (!folder.error.empty()) return say({exit_code::cannot_create, folder.error});
        settings->state_dir = std::move(folder.path);
    }
    // Never destroyed: the source's thread may be blocked in a read, the resolver's in a look-up.
    static std::unique_ptr<resolve_session> session;
    session = std::make_unique<resolve_session>(reading.options, std::move(*settings));
    return session->execute();
}

}  // namespace cardresolver::app
