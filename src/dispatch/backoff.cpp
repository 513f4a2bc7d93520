#include "dispatch/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace cardresolver::dispatch {

duration backoff_policy::limit(unsigned failures) const noexcept {
    constexpr unsigned max_doublings = 20;  // no overflow, and far beyond any cap
    const unsigned doublings = std::min(failures == 0 ? 0U : failures - 1, max_doublings);
    return std::min(cap, base * (std::int64_t{1} << doublings));
}

duration backoff_policy::draw(unsigned failures, random_source& random) const noexcept {
    const auto longest = static_cast<double>(limit(failures).count());
    return duration(static_cast<duration::rep>(longest * random.fraction()));
}

void retry_budget::earn() noexcept {
    balance_ = std::min(capacity, balance_ + earned_by_answer);
}

time_point retry_budget::available_at(time_point now) noexcept {
    refill(now);
    if (balance_ >= 1.0) return now;
    const double seconds = (1.0 - balance_) / floor_per_second_;
    return now + std::chrono::ceil<duration>(std::chrono::duration<double>(seconds));
}

void retry_budget::refill(time_point now) noexcept {
    if (refilled_at_ != time_point::min() && now > refilled_at_) {
        const double seconds = std::chrono::duration<double>(now - refilled_at_).count();
        balance_ = std::min(capacity, balance_ + seconds * floor_per_second_);
    }
    refilled_at_ = std::max(refilled_at_, now);
}

}  // namespace cardresolver::dispatch
