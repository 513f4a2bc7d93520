#include "app/options/point_in_time.hpp"

#include "app/options/value_text.hpp"

#include <fmt/chrono.h>

#include <ctime>

namespace cardresolver::app {
namespace {

using std::chrono::system_clock;

/// Reads a text from its front. What does not fit spoils the rest: asked for once, at the end.
class text_cursor {
public:
    explicit text_cursor(std::string_view text) : rest_(text) {}

    /// Exactly `width` digits, `least` to `most`.
    unsigned number(std::size_t width, unsigned least, unsigned most) {
        const auto value = parse_number(rest_.substr(0, width), least, most);
        is_good_ = is_good_ && value && rest_.size() >= width;
        rest_.remove_prefix(std::min(width, rest_.size()));
        return static_cast<unsigned>(value.value_or(least));
    }

    /// One character out of `allowed`; NUL where there is none.
    char one_of(std::string_view allowed) {
        const bool fits = !rest_.empty() && allowed.find(rest_.front()) != std::string_view::npos;
        is_good_ = is_good_ && fits;
        if (!fits) return '\0';
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    bool begins_with(char c) const { return rest_.starts_with(c); }
    bool is_good() const { return is_good_; }
    bool is_at_end() const { return is_good_ && rest_.empty(); }

    /// Digits behind a point, as many as there are; those beyond the ninth count for nothing.
    std::chrono::nanoseconds fraction() {
        std::int64_t value = 0;
        std::int64_t weight = 100'000'000;
        bool has_digit = false;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1)) {
            value += (rest_.front() - '0') * weight;
            weight /= 10;
            has_digit = true;
        }
        is_good_ = is_good_ && has_digit;
        return std::chrono::nanoseconds(value);
    }

private:
    std::string_view rest_;
    bool is_good_ = true;
};

/// RFC 3339 section 5.6. A leap second is the first one of the next minute.
std::optional<system_clock::time_point> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;
    text_cursor cursor(text);
    const year y(static_cast<int>(cursor.number(4, 1970, 2200)));
    cursor.one_of("-");
    const month m(cursor.number(2, 1, 12));
    cursor.one_of("-");
    const year_month_day date{y, m, day(cursor.number(2, 1, 31))};
    cursor.one_of("Tt ");
    auto time = nanoseconds(hours(cursor.number(2, 0, 23)));
    cursor.one_of(":");
    time += minutes(cursor.number(2, 0, 59));
    cursor.one_of(":");
    time += seconds(cursor.number(2, 0, 60));
    if (cursor.begins_with('.')) {
        cursor.one_of(".");
        time += cursor.fraction();
    }
    const char zone = cursor.one_of("Zz+-");
    if (zone == '+' || zone == '-') {
        minutes offset = hours(cursor.number(2, 0, 23));
        cursor.one_of(":");
        offset += minutes(cursor.number(2, 0, 59));
        time += zone == '+' ? -offset : offset;
    }
    if (!cursor.is_at_end() || !date.ok()) return std::nullopt;
    return sys_days(date) + time;
}

system_clock::time_point next_occurrence(const time_of_day& time, system_clock::time_point now) {
    const auto seconds_now = system_clock::to_time_t(now);
    std::tm today{};
    ::localtime_r(&seconds_now, &today);
    const auto at = [&](int days_later) {
        auto local = today;
        local.tm_mday += days_later;
        local.tm_hour = time.hour;
        local.tm_min = time.minute;
        local.tm_sec = 0;
        local.tm_isdst = -1;
        return system_clock::from_time_t(std::mktime(&local));
    };
    const auto first = at(0);
    return first > now ? first : at(1);
}

}  // namespace

std::optional<time_of_day> parse_time_of_day(std::string_view text) noexcept {
    text_cursor cursor(text);
    time_of_day time;
    time.hour = static_cast<int>(cursor.number(2, 0, 23));
    cursor.one_of(":");
    time.minute = static_cast<int>(cursor.number(2, 0, 59));
    return cursor.is_at_end() ? std::optional(time) : std::nullopt;
}

std::optional<point_in_time> parse_point_in_time(std::string_view text) noexcept {
    if (const auto duration = parse_duration(text)) return *duration;
    if (const auto time = parse_time_of_day(text)) return *time;
    if (const auto at = parse_rfc3339(text)) return *at;
    return std::nullopt;
}

system_clock::time_point moment_of(const point_in_time& spelled, system_clock::time_point now) noexcept {
    if (const auto* at = std::get_if<system_clock::time_point>(&spelled)) return *at;
    if (const auto* time = std::get_if<time_of_day>(&spelled)) return next_occurrence(*time, now);
    return now + std::get<std::chrono::milliseconds>(spelled);
}

std::string format_local_time(system_clock::time_point at) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S %z}", fmt::localtime(system_clock::to_time_t(at)));
}

}  // namespace cardresolver::app
