#include "run/input_opening.hpp"

#include "run/kept_columns.hpp"
#include "source/descriptor_source.hpp"

#include <sys/stat.h>

namespace cardresolver::run {
namespace {

bool may_block(const std::string& path) {
    if (source::is_standard_input(path)) return true;
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

}  // namespace

intake_settings intake_settings_of(const settings& settings, const earlier_work& earlier) {
    intake_settings intake{settings.input, settings.canonical, {}, earlier};
    intake.input.keeps_columns = settings.keeps_columns;
    if (settings.keeps_columns) intake.rows = settings.format;
    return intake;
}

std::unique_ptr<source::input> open_at_once(const settings& settings, const earlier_work& earlier) {
    if (may_block(settings.input.path)) return nullptr;
    const auto needed = intake_settings_of(settings, earlier);
    auto input = std::make_unique<source::input>(needed.input, earlier.resumption());
    if (needed.rows) require_keepable(input->columns(), *needed.rows);
    return input;
}

}  // namespace cardresolver::run
