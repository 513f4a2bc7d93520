#include "dispatch/quota/block_allowance.hpp"

#include <algorithm>
#include <limits>

namespace cardresolver::dispatch::quota {
namespace {

/// When to ask again, at the latest, while others may give back what they have not used.
constexpr duration asks_again_in = std::chrono::seconds(1);

constexpr std::uint64_t blocks_per_day = 10'000;

rate_limit window_key(const counted_window& window) {
    return {0, window.window, false};
}

rate_limit day_key() {
    return {0, std::chrono::hours(24), true};
}

bool is_same_window(const rate_limit& a, const rate_limit& b) {
    return a.window == b.window && a.is_calendar_day == b.is_calendar_day;
}

std::uint64_t less(std::uint64_t from, std::uint64_t what) {
    return from - std::min(from, what);
}

/// One counted limit that is in force.
struct limit_in_force {
    std::uint64_t permits = 0;
    std::uint64_t spent = 0;                 ///< of settled blocks
    const counted_window* window = nullptr;  ///< one of both
    const carrier_day* day = nullptr;
};

std::vector<limit_in_force> limits_in_force(const account_state& state) {
    std::vector<limit_in_force> all;
    for (const auto& window : state.windows) {
        const auto permits = smallest_count(state.members, window_key(window), {});
        if (permits != 0) all.push_back({permits, window.count(), &window, nullptr});
    }
    for (const auto& day : state.days) {
        const auto permits = smallest_count(state.members, day_key(), day.day_starts);
        if (permits != 0) all.push_back({permits, day.spent, nullptr, &day});
    }
    return all;
}

std::uint64_t largest_block(std::span<const limit_in_force> limits) {
    std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    for (const auto& one : limits) {
        const auto seconds = one.window == nullptr
                                 ? blocks_per_day
                                 : static_cast<std::uint64_t>(one.window->window / std::chrono::seconds(1));
        largest = std::min(largest, one.permits / seconds);
    }
    return std::max<std::uint64_t>(1, largest);
}

std::uint64_t open_permits(const account_state& state) {
    std::uint64_t sum = 0;
    for (const auto& block : state.blocks)
        sum += block.count;
    return sum;
}

/// Others that have waited longer: each of them has one permit coming.
std::uint64_t count_earlier(const account_state& state, const member& self) {
    const auto is_earlier = [&](const member& one) {
        if (one.process == self.process || !one.waits_since || !one.may_send(state.now)) return false;
        return !self.waits_since || *one.waits_since < *self.waits_since ||
               (*one.waits_since == *self.waits_since && one.process < self.process);
    };
    return static_cast<std::uint64_t>(std::count_if(state.members.begin(), state.members.end(), is_earlier));
}

std::uint64_t count_wanting(const account_state& state) {
    return static_cast<std::uint64_t>(
        std::count_if(state.members.begin(), state.members.end(),
                      [&state](const member& one) { return one.may_send(state.now) && one.wants_permits; }));
}

/// When `needed` more permits than now come free under this limit, by time alone.
duration frees_in(const limit_in_force& limit, std::uint64_t needed, const moment& now) {
    if (limit.day != nullptr) return limit.day->resets_in(now);
    const auto at = limit.window->free_at(needed);
    return at ? *at - now.now : limit.window->window;
}

/// What keeps the process from having more.
void tell_when(std::span<const limit_in_force> limits, std::uint64_t open, std::uint64_t earlier,
               const moment& now, block_allowance& allowance) {
    duration longest{};
    for (const auto& limit : limits) {
        const auto taken = limit.spent + open + allowance.count + earlier;
        if (taken < limit.permits) continue;
        const auto wait = frees_in(limit, taken - limit.permits + 1, now);
        // What is open may be given back.
        if (limit.day != nullptr && limit.spent >= limit.permits)
            allowance.day_resets_in = std::max(wait, allowance.day_resets_in.value_or(wait));
        longest = std::max(longest, wait);
    }
    if (open + allowance.count + earlier > 0) longest = std::min(longest, asks_again_in);
    allowance.next_permits_in = longest;
}

}  // namespace

std::uint64_t smallest_count(std::span<const member> members, const rate_limit& window,
                             std::chrono::minutes day_starts) {
    std::uint64_t smallest = 0;
    for (const auto& one : members) {
        if (window.is_calendar_day && one.day_starts != day_starts) continue;
        for (const auto& limit : one.limits) {
            if (!is_same_window(limit, window)) continue;
            smallest = smallest == 0 ? limit.count : std::min(smallest, limit.count);
        }
    }
    return smallest;
}

void open_accounts(account_state& state, const moment& now) {
    const auto is_named = [&state](const rate_limit& key, std::chrono::minutes day_starts) {
        return smallest_count(state.members, key, day_starts) != 0;
    };
    for (const auto& one : state.members) {
        for (const auto& limit : one.limits) {
            if (!is_counted(limit)) continue;
            const bool is_there =
                limit.is_calendar_day
                    ? std::any_of(state.days.begin(), state.days.end(),
                                  [&](const carrier_day& day) { return day.day_starts == one.day_starts; })
                    : std::any_of(
                          state.windows.begin(), state.windows.end(),
                          [&](const counted_window& window) { return window.window == limit.window; });
            if (is_there) continue;
            if (!limit.is_calendar_day) {
                state.windows.push_back({limit.window, {}});
                continue;
            }
            // The day begins at another hour than was thought: what was sent may have been sent in this one.
            auto day = carrier_day::beginning_with(one.day_starts, now);
            for (const auto& other : state.days)
                day.spent = std::max(day.spent, other.spent);
            state.days.push_back(day);
        }
    }
    std::erase_if(state.windows, [&](const counted_window& window) {
        return window.spent.empty() && !is_named(window_key(window), {});
    });
    // What knows when the day begins is kept.
    const bool has_day = std::any_of(state.days.begin(), state.days.end(), [&](const carrier_day& day) {
        return is_named(day_key(), day.day_starts);
    });
    std::erase_if(state.days, [&](const carrier_day& day) {
        return has_day && day.spent == 0 && !is_named(day_key(), day.day_starts);
    });
}

block_allowance allow_block(const account_state& state, const member& self, std::uint64_t wanted,
                            const moment& now) {
    const auto limits = limits_in_force(state);
    const auto open = open_permits(state);
    const auto earlier = count_earlier(state, self);
    auto left = std::numeric_limits<std::uint64_t>::max();
    for (const auto& limit : limits)
        left = std::min(left, less(limit.permits, limit.spent + open + earlier));
    const auto part = std::max<std::uint64_t>(1, left / count_wanting(state));
    block_allowance allowance;
    allowance.count = std::min({wanted, largest_block(limits), left, part});
    if (allowance.count == left && left < wanted) tell_when(limits, open, earlier, now, allowance);
    return allowance;
}

}  // namespace cardresolver::dispatch::quota
