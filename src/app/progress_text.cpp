#include "app/progress_text.hpp"

#include "app/options/value_text.hpp"
#include "run/rate_text.hpp"
#include "run/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace cardresolver::app {
namespace {

using card::outcome_kind;

constexpr std::chrono::seconds speed_window{10};
constexpr std::size_t widest_bar = 30;
constexpr std::size_t narrowest_bar = 8;

double to_seconds(std::chrono::steady_clock::duration time) {
    return std::chrono::duration<double>(time).count();
}

std::string speed(double per_s) {
    return fmt::format("{:.{}f}", per_s, per_s < 10 ? 1 : 0);
}

/// "50/s, 2000/5m"; one that is looked for comes first: "149/s found, 200/s".
std::string describe_limits(const run::statistics& counts) {
    std::vector<std::string> texts;
    if (counts.finds_limit)
        texts.push_back(counts.found_rate ? speed(*counts.found_rate) + "/s found" : "being looked for");
    for (const auto& limit : counts.limits)
        texts.push_back(run::format_rate(limit));
    return fmt::format("{}", fmt::join(texts, ", "));
}

std::string request_speed(double per_s, const run::statistics& counts) {
    if (counts.is_unlimited()) return speed(per_s) + " requests/s";
    return fmt::format("{} requests/s (limit {})", speed(per_s), describe_limits(counts));
}

/// What is waited for, up to the time that follows.
std::string_view describe_hold(run::hold_reason reason) {
    using run::hold_reason;
    switch (reason) {
        case hold_reason::down:
            return "waiting for the carrier";
        case hold_reason::throttled:
            return "throttled by the carrier, waiting";
        case hold_reason::quota_spent:
            return "the day's quota is spent, waiting";
        case hold_reason::schedule:
            return "held by the schedule";
        case hold_reason::shared:
            return "waiting for the account's other processes";
    }
    return "waiting";
}

/// What the run has met with, beside success.
void add_troubles(const run::statistics& counts, std::vector<std::string>& parts) {
    if (counts.requests.retried > 0) parts.push_back(grouped(counts.requests.retried) + " retries");
    if (counts.requests.throttled > 0) parts.push_back(grouped(counts.requests.throttled) + " throttled");
}

/// The parts that both the bar and the line show, most important first.
std::vector<std::string> common_parts(const progress_view& view) {
    std::vector<std::string> parts;
    parts.push_back(counted(view.counts.rows(), "row"));
    if (view.counts.held_by) {
        auto text = std::string(describe_hold(*view.counts.held_by));
        if (!view.held_until.empty()) text += " until " + view.held_until;
        parts.push_back(std::move(text));
    }
    if (!view.counts.rows_wait_for.empty()) parts.push_back("waiting: " + view.counts.rows_wait_for);
    parts.push_back(speed(view.rows_per_s) + " rows/s");
    if (const auto left = seconds_left(view)) parts.push_back(format_clock(*left) + " left");
    parts.push_back(request_speed(view.requests_per_s, view.counts));
    add_troubles(view.counts, parts);
    return parts;
}

int percent_of(double share) {
    return static_cast<int>(share * 100.0);
}

std::string draw_bar(double share, std::size_t length) {
    const auto done = std::min(length, static_cast<std::size_t>(share * static_cast<double>(length)));
    std::string bar(done, '=');
    if (done < length) bar.push_back('>');
    bar.resize(length, ' ');
    return fmt::format("[{}] ", bar);
}

std::string json_hold(const progress_view& view) {
    const auto& held_for = view.counts.held_for;
    const auto& held_by = view.counts.held_by;
    return fmt::format(R"(,"waits_for":{},"resume_at":{},"held_for_s":{})",
                       held_by ? fmt::format("\"{}\"", run::to_string(*held_by)) : "null",
                       view.resume_at ? fmt::format("\"{}\"", run::format_time(*view.resume_at)) : "null",
                       held_for ? fmt::format("{:.1f}", to_seconds(*held_for)) : "null");
}

}  // namespace

void speedometer::add(std::chrono::steady_clock::duration elapsed, std::uint64_t rows,
                      std::uint64_t requests) {
    samples_.push_back({elapsed, rows, requests});
    while (samples_.size() > 2 && elapsed - samples_[1].elapsed >= speed_window)
        samples_.pop_front();
}

double speedometer::seconds() const noexcept {
    return samples_.size() < 2 ? 0.0 : to_seconds(samples_.back().elapsed - samples_.front().elapsed);
}

double speedometer::rows_per_s() const noexcept {
    const double time = seconds();
    return time <= 0 ? 0.0 : static_cast<double>(samples_.back().rows - samples_.front().rows) / time;
}

double speedometer::requests_per_s() const noexcept {
    const double time = seconds();
    return time <= 0 ? 0.0 : static_cast<double>(samples_.back().requests - samples_.front().requests) / time;
}

std::optional<double> finished_share(const run::statistics& counts) noexcept {
    if (!counts.input_size || *counts.input_size == 0) return std::nullopt;
    if (counts.lines_read == 0 || counts.input_bytes_read == 0) return 0.0;
    const double bytes_per_line =
        static_cast<double>(counts.input_bytes_read) / static_cast<double>(counts.lines_read);
    const double share =
        static_cast<double>(counts.rows()) * bytes_per_line / static_cast<double>(*counts.input_size);
    return std::min(share, 1.0);
}

std::optional<std::uint64_t> seconds_left(const progress_view& view) noexcept {
    if (view.counts.held_for || !view.counts.rows_wait_for.empty()) return std::nullopt;
    const auto share = finished_share(view.counts);
    if (!share || *share <= 0 || view.rows_per_s <= 0) return std::nullopt;
    const double rows_left = static_cast<double>(view.counts.rows()) * (1.0 - *share) / *share;
    const double seconds = rows_left / view.rows_per_s;
    constexpr double not_worth_saying = 1e9;
    if (seconds > not_worth_saying) return std::nullopt;
    return static_cast<std::uint64_t>(std::ceil(seconds));
}

std::string format_clock(std::uint64_t seconds) {
    const auto hours = seconds / 3600;
    const auto minutes = seconds / 60 % 60;
    if (hours == 0) return fmt::format("{:02}:{:02}", minutes, seconds % 60);
    return fmt::format("{}:{:02}:{:02}", hours, minutes, seconds % 60);
}

std::string format_bar(const progress_view& view, std::size_t width) {
    const auto usable = width > 1 ? width - 1 : 0;  // the last column may wrap the line
    const auto share = finished_share(view.counts);
    std::string text = share ? fmt::format("{:3}% ", percent_of(*share)) : std::string();
    bool is_first = true;
    for (const auto& part : common_parts(view)) {
        const auto more = (is_first ? "" : ", ") + part;
        if (text.size() + more.size() > usable) break;
        text += more;
        is_first = false;
    }
    const auto room = usable - std::min(usable, text.size());
    constexpr std::size_t frame = 3;
    if (share && room >= narrowest_bar + frame) {
        text.insert(0, draw_bar(*share, std::min(widest_bar, room - frame)));
    }
    text.resize(std::min(text.size(), usable));
    return text;
}

std::string format_line(const progress_view& view) {
    const auto share = finished_share(view.counts);
    auto text = share ? fmt::format("{}%, ", percent_of(*share)) : std::string();
    auto parts = common_parts(view);
    if (!view.counts.is_unlimited())
        parts.push_back(counted(view.counts.permits_unused, "permit") + " unused");
    text += fmt::format("{}, {} in flight", fmt::join(parts, ", "), view.counts.in_flight);
    return text;
}

// Written by hand: all values are numbers or spelled by us, and Boost.JSON would print 1 as 1E0.
std::string format_json(const progress_view& view, bool is_final) {
    const auto& counts = view.counts;
    const auto share = finished_share(counts);
    const auto left = seconds_left(view);
    auto text = fmt::format(R"({{"elapsed_s":{:.3f},"final":{},"rows":{})", to_seconds(counts.elapsed),
                            is_final, counts.rows());
    for (const auto kind :
         {outcome_kind::resolved, outcome_kind::refused, outcome_kind::failed, outcome_kind::invalid}) {
        text += fmt::format(R"(,"{}":{})", card::to_string(kind), counts.count_of(kind));
    }
    text += fmt::format(R"(,"lines_read":{},"percent":{},"rows_per_s":{:.1f})", counts.lines_read,
                        share ? fmt::format("{:.1f}", *share * 100.0) : "null", view.rows_per_s);
    text += fmt::format(R"(,"requests":{},"requests_per_s":{:.1f},"rate_limits":["{}"],"found_per_s":{})",
                        counts.requests.sent, view.requests_per_s,
                        fmt::join(run::format_rates(counts.limits, counts.finds_limit), R"(",")"),
                        counts.found_rate ? fmt::format("{:.1f}", *counts.found_rate) : "null");
    text += fmt::format(R"(,"permits_unused":{},"retried":{},"throttled":{},"in_flight":{})",
                        counts.is_unlimited() ? "null" : std::to_string(counts.permits_unused),
                        counts.requests.retried, counts.requests.throttled, counts.in_flight);
    text += json_hold(view);
    text += fmt::format(R"(,"seconds_left":{}}})", left ? std::to_string(*left) : "null");
    return text;
}

std::string format_totals(const run::statistics& counts) {
    const double elapsed = to_seconds(counts.elapsed);
    auto text = fmt::format(
        "{} in {}: {} resolved, {} refused, {} failed, {} invalid; {}, {} retried",
        counted(counts.rows(), "row"),
        elapsed < 60 ? fmt::format("{:.1f} s", elapsed) : format_clock(static_cast<std::uint64_t>(elapsed)),
        grouped(counts.count_of(outcome_kind::resolved)), grouped(counts.count_of(outcome_kind::refused)),
        grouped(counts.count_of(outcome_kind::failed)), grouped(counts.count_of(outcome_kind::invalid)),
        counted(counts.requests.sent, "request"), grouped(counts.requests.retried));
    if (counts.requests.throttled > 0)
        text += fmt::format(", {} throttled", grouped(counts.requests.throttled));
    if (counts.is_unlimited()) return text;
    const double per_s = elapsed > 0 ? static_cast<double>(counts.requests.sent) / elapsed : 0.0;
    return text + fmt::format("; {}, {} unused", request_speed(per_s, counts),
                              counted(counts.permits_unused, "permit"));
}

}  // namespace cardresolver::app
