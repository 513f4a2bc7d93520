// Rows out: formatted on the event loop, written on a thread of its own.
#pragma once

#include "card/outcome.hpp"
#include "sink/output.hpp"
#include "sink/row_format.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cardresolver::run {

/// What becomes of the output in the end.
enum class output_end : std::uint8_t { commit, suspend, discard };

/// Collects rows into large blocks and hands them to a writing thread. At most `max_blocks` blocks wait;
/// `is_blocked` says when no further rows should be made. Its owner is one thread.
class row_writer {
public:
    /// `notify` is called on the writing thread after room came free, after an error, and after `finish`.
    row_writer(std::unique_ptr<sink::output> output, sink::output_format format,
               std::function<void()> notify);
    ~row_writer();
    row_writer(const row_writer&) = delete;
    row_writer& operator=(const row_writer&) = delete;

    void append(const card::card_outcome& row);

    /// Hands over what is collected, even if it is little.
    void flush();
    bool has_unflushed() const noexcept { return !current_.empty(); }

    /// As many blocks wait as may: the taker of rows is slower than their maker.
    bool is_blocked() const;

    /// Flushes, writes all, then ends the output. No `append` may follow.
    void finish(output_end end);
    bool is_finished() const;

    /// The first error; nothing more is written after it.
    std::optional<sink::output_error> error() const;
    /// Bytes handed over or collected so far.
    std::uint64_t bytes() const noexcept { return bytes_ + current_.size(); }

private:
    struct shared_state;
    std::unique_ptr<shared_state> state_;
    std::string current_;
    std::uint64_t bytes_ = 0;
    sink::output_format format_;
};

}  // namespace cardresolver::run
