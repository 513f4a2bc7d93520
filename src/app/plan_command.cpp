#include "app/commands.hpp"
#include "app/ending.hpp"
#include "app/logging.hpp"
#include "app/options/environment.hpp"
#include "app/plan_text.hpp"
#include "app/resolve_settings.hpp"
#include "app/standard_output.hpp"
#include "database/database_url.hpp"
#include "run/plan/count_list.hpp"

namespace cardresolver::app {
namespace {

run::count_settings count_settings_of(const command_options& options) {
    run::count_settings settings;
    settings.input = input_settings_of(options);
    settings.canonical = {options.kind, options.pad_iccid};
    settings.temporary_folder = read_variable("TMPDIR").value_or(settings.temporary_folder);
    return settings;
}

plan_view make_view(const option_reading& reading, run::list_counts counts,
                    std::chrono::system_clock::time_point now) {
    const auto& options = reading.options;
    const auto pace = pace_of(reading);
    plan_view view;
    view.input = database::without_password(options.input);
    view.counts = std::move(counts);
    view.batch_size = options.batch_size;
    view.limits = pace.limits;
    view.finds_limit = pace.finds_limit;
    view.has_schedule = !options.schedule.is_empty();
    view.expected = run::make_forecast(view.counts, {options.batch_size, dispatch::settings{}.remembered,
                                                     run::sending_plan{pace, options.schedule, now}});
    return view;
}

/// Why the list cannot be resolved at all; empty where it can.
std::string_view find_complaint(const run::list_counts& counts) {
    if (counts.records() == 0) return "the input has no record: it is empty, blank, or only a header";
    if (counts.valid_records() == 0) return "the input has no valid card number";
    return {};
}

exit_code report(const plan_view& view, bool as_json) {
    const auto complaint = find_complaint(view.counts);
    auto code = exit_code::success;
    if (view.deadline && !view.deadline->holds) code = exit_code::stopped_early;
    if (!complaint.empty()) code = exit_code::input_unusable;
    const auto printed = print_text(as_json ? format_plan_json(view) : format_plan(view));
    if (printed == exit_code::success && !complaint.empty()) log_error(complaint);
    return printed == exit_code::success ? code : printed;
}

}  // namespace

exit_code execute_plan(const option_reading& reading) {
    const auto& options = reading.options;
    std::vector<option_fault> faults;
    check_query(options, faults);
    if (!faults.empty()) return report_faults(faults);
    // Before the list is read: a duration counts from the start of the command.
    const auto now = std::chrono::system_clock::now();
    try {
        auto view = make_view(reading, run::count_list(count_settings_of(options)), now);
        if (options.deadline) {
            const auto at = moment_of(*options.deadline, now);
            view.deadline = {at, run::holds(view.expected, now, at)};
        }
        return report(view, options.plan_as_json);
    } catch (const source::input_error& error) {
        const auto end = judge(error, false);
        log_error(end.message);
        return end.code;
    } catch (const run::spill_error& error) {
        log_error(error.what());
        return exit_code::io_error;
    }
}

}  // namespace cardresolver::app
