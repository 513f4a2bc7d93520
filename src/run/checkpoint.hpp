// How far a run has come, in a file that survives it.
#pragma once

#include "run/open_lines.hpp"
#include "sink/output.hpp"
#include "source/input_position.hpp"

#include <cstdint>
#include <memory>
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

/// OUT.checkpoint: an SQLite file with one row, written with full synchronisation. Nobody else may use the
/// run meanwhile: whoever opens it holds the lock of OUT.partial. Throws `sink::output_error`:
/// `cannot_create` where it cannot be opened, `io` where it cannot be read or written, `damaged` where it is
/// no checkpoint.
class checkpoint_store {
public:
    /// Opens the file, or creates it. `path` is also what messages call it.
    explicit checkpoint_store(std::string path);
    ~checkpoint_store();
    checkpoint_store(const checkpoint_store&) = delete;
    checkpoint_store& operator=(const checkpoint_store&) = delete;

    /// What was saved last, if anything was.
    std::optional<checkpoint> load();
    /// Durable when it returns.
    void save(const checkpoint& state);
    /// Closes and deletes the file: the run is complete, or was not worth keeping.
    void remove();

private:
    class implementation;
    std::string path_;
    std::unique_ptr<implementation> implementation_;
};

/// Deletes the checkpoint at `path`, if there is one. Throws `sink::output_error`.
void remove_checkpoint(const std::string& path);

}  // namespace cardresolver::run
