// Evenly spaced sends.
#pragma once

#include "dispatch/clock.hpp"

namespace cardresolver::dispatch {

/// One send in each `spacing`, with a slack that lets a late timer catch up: sends are never bunched by more
/// than what fits into the slack.
class even_pace {
public:
    /// Between sends from now on; zero: no spacing.
    void set_spacing(duration spacing) noexcept { spacing_ = spacing; }
    duration spacing() const noexcept { return spacing_; }

    /// `now`, or later.
    time_point available_at(time_point now) const noexcept { return next_ > now ? next_ : now; }
    void take(time_point now) noexcept {
        const auto earliest = now - max_slack;
        next_ = (next_ > earliest ? next_ : earliest) + spacing_;
    }
    /// Sends nothing for so long.
    void pause_until(time_point at) noexcept {
        if (at > next_) next_ = at;
    }

private:
    static constexpr duration max_slack = std::chrono::milliseconds(20);

    duration spacing_{};
    time_point next_ = time_point::min();
};

}  // namespace cardresolver::dispatch
