// One pass over a list that asks nobody.
#pragma once

#include "card/canonical.hpp"
#include "run/plan/list_counts.hpp"
#include "source/input.hpp"

#include <cstddef>
#include <string>

namespace cardresolver::run {

struct count_settings {
    source::input_settings input;
    card::canonical_options canonical;
    std::string temporary_folder = "/tmp";  ///< for what of a long list does not fit into memory
    std::size_t run_size = distinct_counter::default_run_size;
};

/// Reads the list from its first line to its last. Blocking. Throws `source::input_error` and `spill_error`.
list_counts count_list(const count_settings& settings);

}  // namespace cardresolver::run
