#include "run/pause_trial.hpp"

#include <algorithm>

namespace cardresolver::run {
namespace {

/// Long pauses are not worth more of the replies.
constexpr double bearable_cost = 0.03;

/// Something else may have held up the replies of one way: a trial counts for no more than this, whatever it
/// shows.
constexpr double most_shown = 0.25;

/// Of the newest trial in the average.
constexpr double weight = 0.1;

static_assert(most_shown * weight < bearable_cost,
              "where long pauses have cost nothing, no trial decides alone");

double seconds(dispatch::duration time) {
    return std::chrono::duration<double>(time).count();
}

}  // namespace

void pause_trial::on_sample(dispatch::duration took) noexcept {
    took_ += took;
    if (++samples_ < samples_in_window) return;
    end_window();
    samples_ = 0;
    took_ = {};
}

void pause_trial::end_window() noexcept {
    windows_took_[window_] = took_;
    if (window_ == tried_ + 1) judge();
    if (++window_ == windows_in_cycle) begin_cycle();
}

void pause_trial::begin_cycle() noexcept {
    window_ = 0;
    tried_ = 1 + static_cast<unsigned>(random_() % (windows_in_cycle - 2));
}

/// What drifts meanwhile is as much before as behind.
void pause_trial::judge() noexcept {
    const auto usual = seconds(windows_took_[tried_ - 1] + windows_took_[tried_ + 1]) / 2;
    const auto other = seconds(windows_took_[tried_]);
    if (usual <= 0 || other <= 0) return;
    const auto cost = (prefers_long_ ? usual / other : other / usual) - 1;
    cost_ += weight * (std::clamp(cost, -most_shown, most_shown) - cost_);
    prefers_long_ = cost_ < bearable_cost;
}

}  // namespace cardresolver::run
