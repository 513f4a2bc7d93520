#include "app/options/value_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cardresolver::app {
namespace {

using std::chrono::milliseconds;

struct time_unit {
    std::string_view name;
    milliseconds length;
};

constexpr std::array<time_unit, 4> duration_units{{
    {"ms", milliseconds(1)},
    {"s", std::chrono::seconds(1)},
    {"m", std::chrono::minutes(1)},
    {"h", std::chrono::hours(1)},
}};

constexpr std::chrono::hours calendar_day{24};
constexpr std::uint64_t max_rate_count = 1'000'000'000;
constexpr std::uint64_t max_failed_cards = 1'000'000'000'000;

std::size_t count_digits(std::string_view text) {
    const auto end = std::find_if_not(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return static_cast<std::size_t>(end - text.begin());
}

std::optional<milliseconds> multiply(std::string_view digits, milliseconds unit) {
    const auto most = static_cast<std::uint64_t>(max_duration / unit);
    const auto count = parse_number(digits, 0, most);
    if (!count) return std::nullopt;
    return unit * static_cast<std::int64_t>(*count);
}

std::optional<milliseconds> parse_window(std::string_view text) {
    for (const auto& known : duration_units) {
        if (text == known.name && known.name != "ms") return known.length;
    }
    return parse_duration(text);
}

/// A percentage, without its sign: `2.5` is 25,000.
std::optional<std::uint64_t> parse_millionths(std::string_view text) {
    constexpr std::uint64_t in_one_percent = run::failure_limit::whole / 100;
    const auto point = text.find('.');
    const auto percent = parse_number(text.substr(0, point), 0, 100);
    if (!percent) return std::nullopt;
    auto millionths = *percent * in_one_percent;
    if (point == std::string_view::npos) return millionths;
    const auto fraction = text.substr(point + 1);
    const auto digits = parse_number(fraction, 0, in_one_percent - 1);
    auto weight = in_one_percent;
    for (std::size_t i = 0; i < fraction.size(); ++i)
        weight /= 10;
    if (!digits || weight == 0) return std::nullopt;
    return millionths + *digits * weight;
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) noexcept {
    const auto digits = text.substr(0, count_digits(text));
    for (const auto& known : duration_units) {
        if (text.substr(digits.size()) == known.name) return multiply(digits, known.length);
    }
    return std::nullopt;
}

std::string format_duration(milliseconds value) {
    const auto* best = &duration_units.front();
    for (const auto& unit : duration_units) {
        if (value.count() != 0 && value % unit.length == milliseconds(0)) best = &unit;
    }
    if (value.count() == 0) best = &duration_units[1];
    return fmt::format("{}{}", value / best->length, best->name);
}

std::optional<dispatch::rate_limit> parse_rate(std::string_view text) noexcept {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto count = parse_number(text.substr(0, slash), 1, max_rate_count);
    const auto unit = text.substr(slash + 1);
    if (count && (unit == "d" || unit == "1d")) return dispatch::rate_limit{*count, calendar_day, true};
    const auto window = parse_window(unit);
    if (!count || !window || window->count() == 0) return std::nullopt;
    return dispatch::rate_limit{*count, *window, false};
}

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t least,
                                          std::uint64_t most) noexcept {
    if (text.empty() || count_digits(text) != text.size()) return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || value < least || value > most) return std::nullopt;
    return value;
}

std::string grouped(std::uint64_t value) {
    auto text = std::to_string(value);
    for (std::size_t at = text.size(); at > 3; at -= 3)
        text.insert(at - 3, 1, ',');
    return text;
}

std::string counted(std::uint64_t count, std::string_view what) {
    return fmt::format("{} {}{}", grouped(count), what, count == 1 ? "" : "s");
}

std::optional<bool> parse_switch(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 4> on{"true", "yes", "on", "1"};
    constexpr std::array<std::string_view, 4> off{"false", "no", "off", "0"};
    if (std::find(on.begin(), on.end(), text) != on.end()) return true;
    if (std::find(off.begin(), off.end(), text) != off.end()) return false;
    return std::nullopt;
}

std::optional<run::failure_limit> parse_failure_limit(std::string_view text) noexcept {
    using run::failure_limit;
    if (!text.ends_with('%')) {
        const auto cards = parse_number(text, 1, max_failed_cards);
        return cards ? std::optional(failure_limit::count(*cards)) : std::nullopt;
    }
    const auto share = parse_millionths(text.substr(0, text.size() - 1));
    if (!share || *share == 0 || *share > failure_limit::whole) return std::nullopt;
    return failure_limit::share(*share);
}

std::optional<double> parse_probability(std::string_view text) noexcept {
    const bool is_plain = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
    if (!is_plain) return std::nullopt;
    double value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || end != text.data() + text.size() || value > 1.0) return std::nullopt;
    return value;
}

}  // namespace cardresolver::app
