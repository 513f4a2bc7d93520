#include "dispatch/schedule.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cardresolver::dispatch {
namespace {

constexpr std::size_t minutes_of_day = 24 * std::size_t{60};
constexpr std::size_t minutes_of_week = 7 * minutes_of_day;

std::size_t minute_of_week(local_time at) {
    return at.weekday * minutes_of_day + static_cast<std::size_t>(at.minute.count());
}

/// Calls `visit` with each minute of the week in which the entry wants to decide.
template <class Visit>
void for_each_minute(const schedule_entry& entry, Visit visit) {
    const auto from = static_cast<std::size_t>(entry.from.count());
    const auto to = static_cast<std::size_t>(entry.to.count());
    const auto length = from < to ? to - from : to + minutes_of_day - from;
    for (std::size_t day = 0; day < entry.days.size(); ++day) {
        if (!entry.days[day]) continue;
        const auto begin = day * minutes_of_day + from;
        for (std::size_t i = 0; i < length; ++i)
            visit((begin + i) % minutes_of_week);
    }
}

}  // namespace

schedule::schedule(std::vector<schedule_entry> entries) : entries_(std::move(entries)) {
    if (entries_.empty()) return;
    deciding_.assign(minutes_of_week, none);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        for_each_minute(entries_[i], [&](std::size_t minute) {
            if (deciding_[minute] == none) deciding_[minute] = static_cast<std::int16_t>(i);
        });
    }
}

std::optional<pace> schedule::in_force(const pace& usual, local_time at) const {
    const auto deciding = deciding_.empty() ? none : deciding_[minute_of_week(at)];
    if (deciding == none) return usual;
    const auto& entry = entries_[static_cast<std::size_t>(deciding)];
    if (entry.is_off) return std::nullopt;
    auto pace = usual;
    pace.limits = entry.limits;
    pace.finds_limit = entry.finds_limit;
    const auto is_by_day = [](const rate_limit& limit) { return limit.is_calendar_day; };
    if (std::none_of(entry.limits.begin(), entry.limits.end(), is_by_day)) {
        std::copy_if(usual.limits.begin(), usual.limits.end(), std::back_inserter(pace.limits), is_by_day);
    }
    return pace;
}

std::optional<std::chrono::minutes> schedule::next_change(local_time at) const noexcept {
    if (deciding_.empty()) return std::nullopt;
    const auto now = minute_of_week(at);
    for (std::size_t i = 1; i < minutes_of_week; ++i) {
        if (deciding_[(now + i) % minutes_of_week] != deciding_[now]) return std::chrono::minutes(i);
    }
    return std::nullopt;
}

std::optional<std::size_t> schedule::find_idle() const {
    std::vector<bool> decides(entries_.size());
    for (const auto entry : deciding_) {
        if (entry != none) decides[static_cast<std::size_t>(entry)] = true;
    }
    const auto idle = std::find(decides.begin(), decides.end(), false);
    if (idle == decides.end()) return std::nullopt;
    return static_cast<std::size_t>(idle - decides.begin());
}

bool schedule::is_always_off() const noexcept {
    return !entries_.empty() && std::all_of(deciding_.begin(), deciding_.end(), [this](std::int16_t entry) {
        return entry != none && entries_[static_cast<std::size_t>(entry)].is_off;
    });
}

}  // namespace cardresolver::dispatch
