// What a list will cost before anything is sent. Pure.
#pragma once

#include "dispatch/rate_limit.hpp"
#include "run/plan/list_counts.hpp"
#include "run/plan/sending_time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace cardresolver::run {

struct forecast_settings {
    std::size_t batch_size = 100;  ///< most cards in a request
    std::size_t remembered = 0;    ///< answered cards that a run does not ask again, see `dispatch::settings`
    sending_plan sending;
};

/// A figure that lies between two: `least` where every duplicate is recognised, `most` where none is.
template <class T>
struct between {
    T least{};
    T most{};
    bool is_exact() const { return least == most; }
};

using forecast_seconds = std::chrono::duration<double>;

/// The part of a daily limit that the requests use up; above 1, they need more than a day.
struct quota_share {
    dispatch::rate_limit limit;
    between<double> share;
};

struct forecast {
    /// Full requests of one kind each. A run recognises a duplicate while the card is under way or among the
    /// `remembered` ones; where the list has no more cards than that, always.
    between<std::uint64_t> requests;
    /// See `sending_time`. What retries and slow answers add is not known before. Nothing: no limit.
    std::optional<between<forecast_seconds>> time;
    std::vector<quota_share> daily;  ///< one for each limit by the day, the schedule's aside
};

forecast make_forecast(const list_counts& counts, const forecast_settings& settings);

/// Whether a run that starts at `now` is done by `deadline`, even where no duplicate is recognised.
bool holds(const forecast& expected, std::chrono::system_clock::time_point now,
           std::chrono::system_clock::time_point deadline) noexcept;

}  // namespace cardresolver::run
