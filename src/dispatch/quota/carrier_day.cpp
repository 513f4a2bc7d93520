#include "dispatch/quota/carrier_day.hpp"

#include "carrier/carrier_offset.hpp"

#include <algorithm>

namespace cardresolver::dispatch::quota {
namespace {

using std::chrono::hours;

constexpr duration day_length = hours(24);
using carrier::carrier_offset;

duration since_first_day(std::chrono::system_clock::time_point wall, std::chrono::minutes day_starts) {
    return wall.time_since_epoch() + carrier_offset - day_starts;
}

std::int64_t day_of(std::chrono::system_clock::time_point wall, std::chrono::minutes day_starts) {
    return std::chrono::floor<std::chrono::days>(since_first_day(wall, day_starts)).count();
}

/// In ledger time, if the wall clock has always been as it is now.
ledger_time began_by_wall(std::int64_t day, std::chrono::minutes day_starts, const moment& now) {
    return now.now - (since_first_day(now.wall, day_starts) - std::chrono::days(day));
}

}  // namespace

carrier_day carrier_day::beginning_with(std::chrono::minutes day_starts, const moment& now) {
    carrier_day day;
    day.day_starts = day_starts;
    day.number = day_of(now.wall, day_starts);
    day.began = began_by_wall(day.number, day_starts, now);
    day.next_begins = day.next_may_begin = day.began + day_length;
    return day;
}

void carrier_day::advance(const moment& now) {
    const auto shown = day_of(now.wall, day_starts);
    next_may_begin = next_begins;
    if (shown <= number && now.now < next_begins + day_length) return;
    if (now.now < next_begins) {
        next_may_begin = std::min(next_begins, began_by_wall(number + 1, day_starts, now));
        return;
    }
    // Other days may have come and gone since.
    const auto by_ledger = next_begins + (now.now - next_begins) / day_length * day_length;
    began = std::min(by_ledger, began_by_wall(shown, day_starts, now));
    next_begins = next_may_begin = by_ledger + day_length;
    number = shown;
    spent = last_ended >= began ? spent_in_next : 0;
    spent_in_next = 0;
}

void carrier_day::spend(std::uint64_t permits, ledger_time ended) noexcept {
    if (ended >= began) spent += permits;
    if (ended >= next_may_begin) spent_in_next += permits;
    last_ended = std::max(last_ended, ended);
}

duration carrier_day::resets_in(const moment& now) const noexcept {
    const auto by_wall = began_by_wall(number + 1, day_starts, now);
    const auto both_say = std::max(by_wall, next_begins);
    return std::max(duration(0), std::min(both_say, next_begins + day_length) - now.now);
}

}  // namespace cardresolver::dispatch::quota
