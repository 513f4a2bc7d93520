#include "run/rate_text.hpp"

#include <fmt/format.h>

namespace cardresolver::run {
namespace {

std::string format_window(std::chrono::milliseconds window) {
    using namespace std::chrono;
    auto text = window % 1h == 0ms     ? fmt::format("{}h", window / 1h)
                : window % 1min == 0ms ? fmt::format("{}m", window / 1min)
                : window % 1s == 0ms   ? fmt::format("{}s", window / 1s)
                                       : fmt::format("{}ms", window.count());
    if (text.size() == 2 && text.front() == '1') text.erase(0, 1);
    return text;
}

}  // namespace

std::string format_rate(const dispatch::rate_limit& limit) {
    if (limit.is_calendar_day) return fmt::format("{}/d", limit.count);
    return fmt::format("{}/{}", limit.count,
                       format_window(std::chrono::duration_cast<std::chrono::milliseconds>(limit.window)));
}

std::vector<std::string> format_rates(std::span<const dispatch::rate_limit> limits, bool finds_limit) {
    std::vector<std::string> texts;
    if (finds_limit) texts.emplace_back("auto");
    for (const auto& limit : limits)
        texts.push_back(format_rate(limit));
    if (texts.empty()) texts.emplace_back("unlimited");
    return texts;
}

}  // namespace cardresolver::run
