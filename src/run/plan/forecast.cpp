#include "run/plan/forecast.hpp"

namespace cardresolver::run {
namespace {

std::uint64_t full_requests(const counts_by_kind& cards, std::size_t batch_size) {
    std::uint64_t requests = 0;
    for (const auto count : cards)
        requests += (count + batch_size - 1) / batch_size;
    return requests;
}

}  // namespace

forecast make_forecast(const list_counts& counts, const forecast_settings& settings) {
    forecast expected;
    auto& requests = expected.requests;
    requests.least = full_requests(counts.distinct, settings.batch_size);
    const bool remembers_all = counts.distinct_cards() <= settings.remembered;
    requests.most = remembers_all ? requests.least : full_requests(counts.valid, settings.batch_size);
    const auto& sending = settings.sending;
    if (sending.pace.limits.empty() && sending.schedule.is_empty()) return expected;
    expected.time = {sending_time(requests.least, sending), sending_time(requests.most, sending)};
    for (const auto& limit : sending.pace.limits) {
        if (!limit.is_calendar_day) continue;
        const auto quota = static_cast<double>(limit.count);
        expected.daily.push_back(
            {limit,
             {static_cast<double>(requests.least) / quota, static_cast<double>(requests.most) / quota}});
    }
    return expected;
}

bool holds(const forecast& expected, std::chrono::system_clock::time_point now,
           std::chrono::system_clock::time_point deadline) noexcept {
    const auto needed = expected.time ? expected.time->most : forecast_seconds(0);
    return forecast_seconds(deadline - now) >= needed;
}

}  // namespace cardresolver::run
