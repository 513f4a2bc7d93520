// The thread that writes: blocks of rows to their outputs, and how far the run is to its checkpoint.
#pragma once

#include "run/progress_keeper.hpp"
#include "sink/output.hpp"
#include "sink/row_buffer.hpp"
#include "sink/row_format.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cardresolver::run {

/// What becomes of the outputs in the end.
enum class output_end : std::uint8_t { commit, suspend, discard };

/// Where rows go.
struct row_outputs {
    std::unique_ptr<sink::output> rows;
    sink::output_format format = sink::output_format::csv;
    std::unique_ptr<sink::output> failures;  ///< a list of what is `failed`; null: not wanted
    sink::output_format failures_format = sink::output_format::csv;
    std::unique_ptr<progress_keeper> progress;  ///< null: the outputs are not resumable
};

/// Rows, and what they mean for the progress of the run: what a checkpoint covers, it covers whole.
struct output_block {
    sink::row_buffer rows;
    sink::row_buffer failures;
    std::optional<progress_note> progress;
};

struct writing_pace {
    std::chrono::milliseconds save_within{200};
    std::size_t save_bytes = std::size_t{4} << 20U;  ///< so many that an output holds in memory are enough
    std::chrono::milliseconds longest_pause{5000};   ///< between two tries of an output that waits
};

/// At most `max_blocks` blocks wait. Its owner is one other thread.
///
/// Where progress is kept, a block is durable and in the checkpoint at most `pace.save_within` after it
/// was written. A full disk and a database that is locked or away are waited for (`sink::wait_hook`); all
/// other errors end the writing.
///
/// The list of failures is committed first, once both outputs are known to be durable: whoever sees the rows
/// under their final name finds it beside them.
class writing_thread {
public:
    static constexpr std::size_t max_blocks = 4;

    /// `notify` is called on the thread after room came free, after an error or news of a wait, and after
    /// `finish`.
    writing_thread(row_outputs outputs, std::function<void()> notify, const writing_pace& pace = {});
    ~writing_thread();
    writing_thread(const writing_thread&) = delete;
    writing_thread& operator=(const writing_thread&) = delete;

    void put(output_block block);
    /// Empty, with memory where there is some to be used again.
    sink::row_buffer take_spare();
    /// As many blocks wait as may: the taker of rows is slower than their maker.
    bool is_full() const;

    /// Writes what waits, then ends the outputs. No `put` may follow. Only the first call counts, unless that
    /// was `commit` and waits.
    void finish(output_end end);
    bool is_finished() const;

    /// The first error; nothing more is written after it.
    std::optional<sink::output_error> error() const;
    /// The output waits: for room on the disk, for a database.
    bool is_waiting() const;
    /// What for, as the beginning of a sentence; empty where it does not wait.
    std::string waits_for() const;
    /// Bytes that the rows' output has taken so far.
    std::uint64_t bytes() const;

private:
    struct shared_state;
    std::unique_ptr<shared_state> state_;
};

}  // namespace cardresolver::run
