// What earlier processes have done of a run: which records need no asking, and what they have counted.
#pragma once

#include "run/checkpoint.hpp"
#include "run/run_history.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace cardresolver::run {

/// Where a run goes on; of a new one: the beginning. Pure.
class earlier_work {
public:
    /// Of a new run: none.
    earlier_work() = default;
    /// Throws `sink::output_error`, `damaged`, where the counters cannot be read.
    explicit earlier_work(const std::optional<checkpoint>& resumed);

    /// Whether the record has its row. Lines are asked about in ascending order.
    bool is_done(std::uint64_t line) noexcept {
        if (line > newest_line_) return false;
        while (next_open_ < open_.size() && open_[next_open_].last < line)
            ++next_open_;
        return next_open_ == open_.size() || line < open_[next_open_].first;
    }

    /// Where to read on, and what the list must begin with.
    const source::input_resumption& resumption() const noexcept { return resumption_; }
    /// Of the records that were taken in.
    std::uint64_t newest_line() const noexcept { return newest_line_; }
    const run_history& history() const noexcept { return history_; }
    /// Rows there are.
    std::uint64_t rows() const noexcept { return history_.counts.rows(); }
    /// Cards among them: records that were no invalid ones.
    std::uint64_t cards() const noexcept {
        return rows() - history_.counts.count_of(card::outcome_kind::invalid);
    }

private:
    source::input_resumption resumption_;
    std::uint64_t newest_line_ = 0;
    std::vector<line_range> open_;
    std::size_t next_open_ = 0;
    run_history history_;
};

}  // namespace cardresolver::run
