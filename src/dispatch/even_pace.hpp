// Evenly spaced sends.
#pragma once

#include "dispatch/clock.hpp"

#include <algorithm>

namespace cardresolver::dispatch {

/// One send in each `spacing`, with a slack that lets a late timer catch up: sends are never bunched by more
/// than what fits into the slack.
class even_pace {
public:
    /// Between sends from now on; zero: no spacing.
    void set_spacing(duration spacing) noexcept { spacing_ = spacing; }
    duration spacing() const noexcept { return spacing_; }

    /// `now`, or later.
    time_point available_at(time_point now) const noexcept { return std::max(now, next_slot()); }
    void take(time_point now) noexcept { last_slot_ = std::max(next_slot(), now - max_slack); }

private:
    static constexpr duration max_slack = std::chrono::milliseconds(20);

    /// By the spacing that holds now, whatever it was when the last one was taken.
    time_point next_slot() const noexcept {
        return last_slot_ == time_point::min() ? last_slot_ : last_slot_ + spacing_;
    }

    duration spacing_{};
    time_point last_slot_ = time_point::min();
};

}  // namespace cardresolver::dispatch
