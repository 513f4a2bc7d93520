#include "carrier/retry_after.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace cardresolver::carrier {
namespace {

using namespace std::chrono;

constexpr std::size_t max_date_length = 40;
constexpr std::size_t max_seconds_digits = 9;

std::optional<unsigned> month_named(std::string_view name) {
    constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<unsigned>(found - names.begin()) + 1;
}

struct date_parts {
    int year = 0;
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    std::array<char, 4> month{};
};

/// Reads one of the three forms; `%*[A-Za-z]` passes over the name of the weekday.
bool scan(const std::string& text, date_parts& parts) {
    int end = 0;
    const auto size = static_cast<int>(text.size());
    const auto fully = [&](int fields, int wanted) { return fields == wanted && end == size; };
    if (fully(std::sscanf(text.c_str(), "%*[A-Za-z], %2u %3[A-Za-z] %4d %2u:%2u:%2u GMT%n", &parts.day,
                          parts.month.data(), &parts.year, &parts.hour, &parts.minute, &parts.second, &end),
              6)) {
        return true;  // Sun, 06 Nov 1994 08:49:37 GMT
    }
    end = 0;
    if (fully(std::sscanf(text.c_str(), "%*[A-Za-z], %2u-%3[A-Za-z]-%2d %2u:%2u:%2u GMT%n", &parts.day,
                          parts.month.data(), &parts.year, &parts.hour, &parts.minute, &parts.second, &end),
              6)) {
        parts.year += parts.year < 70 ? 2000 : 1900;
        return true;  // Sunday, 06-Nov-94 08:49:37 GMT
    }
    end = 0;
    return fully(std::sscanf(text.c_str(), "%*[A-Za-z] %3[A-Za-z] %2u %2u:%2u:%2u %4d%n", parts.month.data(),
                             &parts.day, &parts.hour, &parts.minute, &parts.second, &parts.year, &end),
                 6);  // Sun Nov  6 08:49:37 1994
}

}  // namespace

std::optional<sys_seconds> parse_http_date(std::string_view text) {
    if (text.size() > max_date_length) return std::nullopt;
    date_parts parts;
    if (!scan(std::string(text), parts)) return std::nullopt;
    const auto named = month_named(parts.month.data());
    if (!named) return std::nullopt;
    const year_month_day date{year(parts.year), month(*named), day(parts.day)};
    if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
    return sys_days(date) + hours(parts.hour) + minutes(parts.minute) + seconds(parts.second);
}

std::optional<seconds> parse_retry_after(std::string_view value, system_clock::time_point now) {
    if (value.empty()) return std::nullopt;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (std::all_of(value.begin(), value.end(), is_digit)) {
        if (value.size() > max_seconds_digits) return seconds(999'999'999);
        seconds::rep count = 0;
        for (const char c : value)
            count = count * 10 + (c - '0');
        return seconds(count);
    }
    const auto date = parse_http_date(value);
    if (!date) return unreadable_retry_after;
    // In whole seconds: nanoseconds do not reach as far as dates do.
    return std::max(seconds(0), *date - floor<seconds>(now));
}

}  // namespace cardresolver::carrier
