// How progress is put into words. Pure.
#pragma once

#include "run/statistics.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace cardresolver::app {

/// Rows and requests per second over the last ten seconds.
class speedometer {
public:
    void add(std::chrono::steady_clock::duration elapsed, std::uint64_t rows, std::uint64_t requests);
    double rows_per_s() const noexcept;
    double requests_per_s() const noexcept;

private:
    struct sample {
        std::chrono::steady_clock::duration elapsed;
        std::uint64_t rows;
        std::uint64_t requests;
    };
    double seconds() const noexcept;
    std::deque<sample> samples_;
};

/// One look at a run.
struct progress_view {
    run::statistics counts;
    double rows_per_s = 0;
    double requests_per_s = 0;
    /// Until when nothing is sent, for a reason that `counts` has.
    std::optional<std::chrono::system_clock::time_point> resume_at;
    std::string held_until;  ///< the same on the local clock, for people; empty where there is none
};

/// Finished share of the list, 0 to 1; nothing where its size is not known. Lines read so far tell how long a
/// line is, and so how many the whole list has.
std::optional<double> finished_share(const run::statistics& counts) noexcept;

/// Seconds until the end, at the present pace; nothing where that cannot be told, as while the run stands
/// still.
std::optional<std::uint64_t> seconds_left(const progress_view& view) noexcept;

/// `1:02:03` or `02:03`.
std::string format_clock(std::uint64_t seconds);

/// The bar: one line of fewer than `width` columns, without line break.
std::string format_bar(const progress_view& view, std::size_t width);

/// The line that logs get.
std::string format_line(const progress_view& view);

/// One JSON object without line break.
std::string format_json(const progress_view& view, bool is_final);

/// The last word: the totals.
std::string format_totals(const run::statistics& counts);

}  // namespace cardresolver::app
