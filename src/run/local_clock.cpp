#include "run/local_clock.hpp"

#include "carrier/carrier_offset.hpp"

#include <ctime>

namespace cardresolver::run {

dispatch::local_time local_time_of(std::chrono::system_clock::time_point at) noexcept {
    // Before 1970, rounding to the epoch would show the next minute.
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(at));
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    constexpr int days_from_monday_to_sunday = 6;
    return {static_cast<unsigned>((parts.tm_wday + days_from_monday_to_sunday) % 7),
            std::chrono::hours(parts.tm_hour) + std::chrono::minutes(parts.tm_min)};
}

std::chrono::system_clock::time_point next_carrier_day(std::chrono::system_clock::time_point now,
                                                       std::chrono::minutes day_starts) noexcept {
    const auto shift = carrier::carrier_offset - day_starts;
    return std::chrono::floor<std::chrono::days>(now + shift) + std::chrono::days(1) - shift;
}

}  // namespace cardresolver::run
