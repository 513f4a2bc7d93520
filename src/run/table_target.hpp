// Rows and checkpoint of one run in one table: what the writing thread writes to.
#pragma once

#include "run/checkpoint.hpp"
#include "sink/output.hpp"
#include "sink/row_table.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::run {

/// A finished run whose rows this one replaces.
struct replaced_run {
    std::string run_id;
    /// What its list was; none: it is known to be the same list. Otherwise it is replaced only where this run
    /// has read the same by its end.
    std::optional<source::input_beginning> consumed;
};

/// Two faces of one table: rows are held in memory until the checkpoint is saved, and both become durable in
/// one transaction.
struct table_target {
    std::unique_ptr<sink::output> rows;
    std::unique_ptr<checkpoint_store> progress;
};

/// `table`: after `begin` or `resume`. `bytes`: of the rows that earlier processes have written.
table_target make_table_target(std::unique_ptr<sink::row_table> table, std::uint64_t bytes,
                               std::vector<replaced_run> replaced);

}  // namespace cardresolver::run
