#include "run/plan/sending_time.hpp"

#include "run/local_clock.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace cardresolver::run {
namespace {

using std::chrono::system_clock;
using seconds = std::chrono::duration<double>;

constexpr std::chrono::hours longest_walk{24 * 365 * 10};
constexpr double unlimited = std::numeric_limits<double>::infinity();

/// Clocks are changed at no other times, in UTC.
using between_changes_of_clocks = std::chrono::duration<std::int64_t, std::ratio<30 * 60>>;

double day_quota(const dispatch::pace& pace) {
    for (const auto& limit : pace.limits) {
        if (limit.is_calendar_day) return static_cast<double>(limit.count);
    }
    return unlimited;
}

/// Goes from one moment at which limits may change to the next.
class walk {
public:
    walk(std::uint64_t requests, const sending_plan& plan)
        : plan_(plan),
          requests_(static_cast<double>(requests)),
          now_(plan.starts),
          day_ends_(next_carrier_day(now_, plan.pace.day_starts)) {}

    seconds go() {
        while (sent_ < requests_) {
            if (now_ - plan_.starts > longest_walk) return extrapolate();
            const auto pace = plan_.schedule.in_force(plan_.pace, plan_.local_clock(now_));
            const double rate = pace ? dispatch::slowest_rate(pace->limits).value_or(unlimited) : 0.0;
            const double quota = pace ? day_quota(*pace) : unlimited;
            const bool is_steady = plan_.schedule.is_empty() && quota == unlimited;
            if (is_steady) return seconds(requests_ / rate);
            const auto until = next_look();
            if (send(rate, std::max(0.0, quota - sent_today_), seconds(until - now_))) break;
            pass_to(until);
        }
        return seconds(last_sent_);
    }

private:
    system_clock::time_point next_look() const {
        if (plan_.schedule.is_empty()) return day_ends_;
        auto until = std::min<system_clock::time_point>(
            day_ends_, std::chrono::floor<between_changes_of_clocks>(now_) + between_changes_of_clocks(1));
        if (const auto change = plan_.schedule.next_change(plan_.local_clock(now_)))
            until = std::min<system_clock::time_point>(
                until, std::chrono::floor<std::chrono::minutes>(now_) + *change);
        return until;
    }

    /// True where that was the last one.
    bool send(double rate, double quota, seconds length) {
        const double left = std::min(requests_ - sent_, quota);
        const double fits = rate == unlimited ? left : std::min(left, rate * length.count());
        if (fits <= 0) return false;
        last_sent_ = seconds(now_ - plan_.starts) + seconds(rate == unlimited ? 0.0 : fits / rate);
        sent_ += fits;
        sent_today_ += fits;
        constexpr double rounding = 1e-6;
        return requests_ - sent_ < rounding;
    }

    void pass_to(system_clock::time_point until) {
        now_ = until;
        if (now_ < day_ends_) return;
        sent_today_ = 0;
        day_ends_ = next_carrier_day(now_, plan_.pace.day_starts);
    }

    seconds extrapolate() const {
        const seconds walked = longest_walk;
        return sent_ > 0 ? walked * (requests_ / sent_) : walked;
    }

    const sending_plan& plan_;
    const double requests_;
    system_clock::time_point now_;
    system_clock::time_point day_ends_;
    double sent_ = 0;
    double sent_today_ = 0;
    seconds last_sent_{};
};

}  // namespace

std::chrono::duration<double> sending_time(std::uint64_t requests, const sending_plan& plan) {
    return walk(requests, plan).go();
}

}  // namespace cardresolver::run
