#include "run/opening.hpp"

#include "run/kept_columns.hpp"

#include <sys/stat.h>

namespace cardresolver::run {
namespace {

bool may_block(const std::string& path) {
    if (path.empty() || path == "-") return true;
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

}  // namespace

intake_settings intake_settings_of(const settings& settings) {
    intake_settings intake{settings.input, settings.canonical, {}};
    intake.input.keeps_columns = settings.keeps_columns;
    if (settings.keeps_columns) intake.rows = settings.format;
    return intake;
}

std::unique_ptr<source::input> open_at_once(const settings& settings) {
    if (may_block(settings.input.path)) return nullptr;
    const auto needed = intake_settings_of(settings);
    auto input = std::make_unique<source::input>(needed.input);
    if (needed.rows) require_keepable(input->columns(), *needed.rows);
    return input;
}

/// The failures come first, and go again where the rows cannot be opened.
row_outputs open_outputs(const settings& settings, bool& replaced_partial) {
    row_outputs outputs;
    outputs.format = settings.format;
    outputs.failures_format = settings.failures_format;
    bool replaced_failures = false;  // a leftover of the same run as that of the rows: said once
    if (settings.failures) outputs.failures = sink::open_output(*settings.failures, replaced_failures);
    try {
        outputs.rows = sink::open_output(settings.output, replaced_partial);
    } catch (const sink::output_error&) {
        if (outputs.failures) outputs.failures->discard();
        throw;
    }
    return outputs;
}

}  // namespace cardresolver::run
