#include "simulator/limiter.hpp"

namespace cardresolver::simulator {

std::uint64_t sliding_second::count(steady_time now) noexcept {
    while (!events_.empty() && now - events_.front() >= std::chrono::seconds(1)) {
        events_.pop_front();
    }
    return events_.size();
}

bool limiter::accept(steady_time now, wall_time wall) {
    if (per_day_) {
        const auto day =
            std::chrono::floor<std::chrono::days>(wall + std::chrono::hours(8)).time_since_epoch().count();
        if (day != day_) {
            day_ = day;
            accepted_today_ = 0;
        }
        if (accepted_today_ >= *per_day_) return false;
    }
    if (per_second_) {
        if (accepted_.count(now) >= *per_second_) return false;
        accepted_.add(now);
    }
    ++accepted_today_;
    return true;
}

}  // namespace cardresolver::simulator
