// How a run begins: its outputs, and where an unfinished one of the same list goes on.
#pragma once

#include "run/checkpoint.hpp"
#include "run/settings.hpp"
#include "run/writing_thread.hpp"

#include <optional>
#include <stdexcept>
#include <string>

namespace cardresolver::run {

/// An unfinished run cannot go on under settings that would give other rows. Exit code 64.
class settings_changed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct run_opening {
    row_outputs outputs;
    std::string run_id;
    std::optional<checkpoint> resumed;  ///< where the unfinished run stood; none: this is a new one
    bool replaced_partial = false;      ///< rows were there that no checkpoint knew of
};

/// Opens the outputs, and the checkpoint where rows go to a file or a database: an unfinished run of the same
/// list and the same settings goes on. Both outputs or none: nothing is left behind where it throws. The
/// failures are opened last, so that another run on the same rows is noticed first.
///
/// Throws `sink::output_error`, `settings_changed`, and `source::input_error` where the list is not the one
/// that the unfinished run was about. `list`: its columns, where they are known already.
run_opening open_run(const settings& settings, const source::list_columns* list = nullptr);

/// What differs between two texts of `name=value` lines: "--kind was 'auto' and is 'iccid'". Empty: nothing.
std::string describe_difference(std::string_view before, std::string_view now);

}  // namespace cardresolver::run
