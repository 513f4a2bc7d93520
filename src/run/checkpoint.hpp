// How far a run has come, in a place that survives it.
#pragma once

#include "run/open_lines.hpp"
#include "sink/output.hpp"
#include "source/input_position.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::run {

/// All that the next process needs to go on exactly behind the last durable row.
struct checkpoint {
    std::string run_id;
    std::string settings;  ///< those that alter rows, as `describe_row_settings` gives them
    std::optional<source::input_identity> input;  ///< none: the input is no regular file

    source::input_position position;   ///< every record before it has its row
    source::input_beginning consumed;  ///< of the list: what was read to take in the newest record
    std::uint64_t newest_line = 0;     ///< of the records that were taken in
    std::vector<line_range> open;      ///< those of them without a durable row
    sink::output_mark rows;
    std::optional<sink::output_mark> failures;
    bool is_complete = false;  ///< all rows are durable; only the names of the outputs may still be missing
    std::string history;       ///< the counters, as `write_history` gives them
};

/// Where the checkpoint of one run is kept. Throws `sink::output_error`.
class checkpoint_store {
public:
    checkpoint_store() = default;
    checkpoint_store(const checkpoint_store&) = delete;
    checkpoint_store& operator=(const checkpoint_store&) = delete;
    virtual ~checkpoint_store() = default;

    /// Durable when it returns.
    virtual void save(const checkpoint& state) = 0;
    /// The run is complete, and its outputs are in place.
    virtual void finish() = 0;
    /// The run was not worth keeping.
    virtual void discard() = 0;
};

}  // namespace cardresolver::run
