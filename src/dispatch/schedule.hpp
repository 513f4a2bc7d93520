// Limits by weekday and hour, as the user has set them.
#pragma once

#include "dispatch/rate_limit.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace cardresolver::dispatch {

/// What a clock on the wall shows.
struct local_time {
    unsigned weekday = 0;           ///< 0 to 6; Monday is 0
    std::chrono::minutes minute{};  ///< of the day, 0 to 1439
};

/// Limits for some hours of some days. From `from` up to `to`, where `to` is not later: up to `to` of the
/// next day, whatever day that is.
struct schedule_entry {
    std::array<bool, 7> days{true, true, true, true, true, true, true};  ///< on which it begins; Monday first
    std::chrono::minutes from{};                                         ///< 0 to 1439
    std::chrono::minutes to = std::chrono::hours(24);                    ///< 0 to 1440
    bool is_off = false;                                                 ///< nothing is sent while it holds
    std::vector<rate_limit> limits;                                      ///< as in `pace`
    bool finds_limit = false;                                            ///< likewise
};

/// The first entry that fits decides; outside of all of them the usual pace does. Immutable.
///
/// It goes by what the clock shows: an hour that a change of the clocks leaves out is left out, one that
/// comes twice counts twice. So whoever waits for `next_change` looks at the clock again now and then.
class schedule {
public:
    schedule() = default;
    /// Fewer than 32,000.
    explicit schedule(std::vector<schedule_entry> entries);

    bool is_empty() const noexcept { return entries_.empty(); }
    std::size_t size() const noexcept { return entries_.size(); }

    /// What holds then: `usual`, or the same with the entry's limits instead of the sliding ones, and instead
    /// of that by the day where the entry names one. Nothing: nothing is sent.
    std::optional<pace> in_force(const pace& usual, local_time at) const;

    /// From the beginning of this minute until another entry decides, or none does; nothing: never.
    std::optional<std::chrono::minutes> next_change(local_time at) const noexcept;

    /// The first entry that never decides, since it is empty or earlier ones take its place.
    std::optional<std::size_t> find_idle() const;

    /// Nothing is ever sent.
    bool is_always_off() const noexcept;

private:
    static constexpr std::int16_t none = -1;

    std::vector<schedule_entry> entries_;
    std::vector<std::int16_t> deciding_;  ///< the entry, for each minute of the week; empty: no entries
};

}  // namespace cardresolver::dispatch
