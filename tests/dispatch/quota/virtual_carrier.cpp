#include "dispatch/quota/virtual_carrier.hpp"

namespace cardresolver::dispatch::quota {

virtual_carrier::virtual_carrier(const pace& limits, std::chrono::system_clock::time_point began) {
    using std::chrono::hours;
    for (const auto& limit : limits.limits) {
        if (limit.is_calendar_day) {
            day_limit_ = limit.count;
        } else {
            windows_.push_back({limit, std::vector<duration>(limit.count, -hours(1'000'000)), 0});
        }
    }
    into_day_ = (began.time_since_epoch() + hours(8) - limits.day_starts) % hours(24);
}

void virtual_carrier::arrive(duration at) {
    ++arrivals_;
    for (auto& one : windows_) {
        if (at - one.last[one.next] < one.limit.window) ++too_many_;
        one.last[one.next] = at;
        one.next = one.next + 1 == one.last.size() ? 0 : one.next + 1;
    }
    const auto day = static_cast<std::size_t>((at + into_day_) / std::chrono::hours(24));
    if (day >= days_.size()) days_.resize(day + 1);
    if (++days_[day] > day_limit_ && day_limit_ != 0) ++too_many_in_day_;
}

}  // namespace cardresolver::dispatch::quota
