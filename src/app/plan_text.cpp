#include "app/plan_text.hpp"

#include "app/options/point_in_time.hpp"
#include "app/options/value_text.hpp"
#include "card/text.hpp"
#include "run/event_line.hpp"
#include "run/rate_text.hpp"
#include "run/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace cardresolver::app {
namespace {

constexpr std::size_t longest_path = 1000;
constexpr std::size_t longest_list_of_reasons = 10;

using reason_entry = std::pair<card::invalid_reason, run::invalid_records>;

/// The most frequent first.
std::vector<reason_entry> sorted_reasons(const run::list_counts& counts) {
    std::vector<reason_entry> reasons(counts.invalid.begin(), counts.invalid.end());
    std::stable_sort(reasons.begin(), reasons.end(),
                     [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
    return reasons;
}

/// "16m 40s"; the two largest units, rounded up: a forecast that is met early annoys nobody.
std::string format_time(run::forecast_seconds time) {
    const auto total = static_cast<std::uint64_t>(std::ceil(time.count()));
    constexpr std::uint64_t minute = 60;
    constexpr std::uint64_t hour = 60 * minute;
    constexpr std::uint64_t day = 24 * hour;
    const auto up_to = [total](std::uint64_t unit) { return (total + unit - 1) / unit * unit; };
    if (const auto rounded = up_to(hour); total >= day)
        return fmt::format("{}d {}h", grouped(rounded / day), rounded % day / hour);
    if (const auto rounded = up_to(minute); total >= hour)
        return fmt::format("{}h {}m", rounded / hour, rounded % hour / minute);
    if (total >= minute) return fmt::format("{}m {}s", total / minute, total % minute);
    return fmt::format("{}s", total);
}

std::string format_percent(double share) {
    return fmt::format("{:.{}f} %", share * 100, share < 0.1 ? 2 : 1);
}

/// "A", or "A to B" where the two differ.
template <class T, class Format>
std::string format_between(const run::between<T>& range, Format format) {
    const auto least = format(range.least);
    const auto most = format(range.most);
    return least == most ? least : fmt::format("{} to {}", least, most);
}

/// What makes the time, or why there is none to tell.
std::string describe_time(const plan_view& view) {
    const auto& time = view.expected.time;
    if (!time && view.finds_limit) return "not known before: the carrier's limit is looked for";
    if (!time) return "no limit: as fast as the carrier answers";
    if (time->most.count() == 0) return "no limit but the day's: as fast as the carrier answers";
    return fmt::format("{} at {}{}; retries and slow answers come on top", format_between(*time, format_time),
                       fmt::join(run::format_rates(view.limits, view.finds_limit), ", "),
                       view.has_schedule ? ", and by the schedule" : "");
}

class plan_lines {
public:
    void add(std::string_view title, const std::string& text) {
        fmt::format_to(std::back_inserter(out_), "{:12}{}\n", title, text);
    }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

void add_cards(plan_lines& lines, const run::list_counts& counts) {
    std::string kinds;
    for (const auto kind : card::all_card_kinds) {
        const auto count = counts.valid[card::index_of(kind)];
        if (count == 0) continue;
        kinds += fmt::format("{}{} {}", kinds.empty() ? ": " : ", ", grouped(count), to_string(kind));
    }
    lines.add("cards", grouped(counts.valid_records()) + kinds);
    const auto duplicates = counts.duplicates();
    auto text = grouped(duplicates);
    if (duplicates > 0) text += fmt::format(", which leaves {}", counted(counts.distinct_cards(), "card"));
    lines.add("duplicates", text);
}

void add_invalid(plan_lines& lines, const run::list_counts& counts) {
    lines.add("invalid", grouped(counts.invalid_total()));
    const auto reasons = sorted_reasons(counts);
    const auto shown = std::min(reasons.size(), longest_list_of_reasons);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& [reason, records] = reasons[i];
        lines.add("", fmt::format("{} ({} {}): {}", grouped(records.count),
                                  records.count == 1 ? "line" : "first in line", records.first_line,
                                  card::explain(reason)));
    }
    if (shown < reasons.size()) lines.add("", "and others");
}

void add_requests(plan_lines& lines, const plan_view& view) {
    const auto& requests = view.expected.requests;
    lines.add("requests", fmt::format("{}, with up to {} of one kind in each",
                                      format_between(requests, grouped), counted(view.batch_size, "card")));
    if (requests.is_exact()) return;
    lines.add("", "the first figure where every duplicate is recognised, the second where none is");
}

void add_time(plan_lines& lines, const plan_view& view) {
    const auto& expected = view.expected;
    lines.add("time", describe_time(view));
    for (const auto& quota : expected.daily) {
        lines.add("quota", fmt::format("{} of {} requests a day", format_between(quota.share, format_percent),
                                       grouped(quota.limit.count)));
    }
}

std::string json_text(std::string_view text) {
    std::string out;
    run::append_json_text(out, text, longest_path);
    return out;
}

std::string json_kinds(const run::counts_by_kind& counts) {
    auto out = fmt::format("{{\"total\":{}", run::list_counts::total(counts));
    for (const auto kind : card::all_card_kinds)
        out += fmt::format(",\"{}\":{}", to_string(kind), counts[card::index_of(kind)]);
    return out + "}";
}

std::string json_invalid(const run::list_counts& counts) {
    auto out = fmt::format("{{\"total\":{},\"reasons\":[", counts.invalid_total());
    std::string_view separator;
    for (const auto& [reason, records] : sorted_reasons(counts)) {
        out += fmt::format("{}{{\"count\":{},\"first_line\":{},\"message\":{}}}", separator, records.count,
                           records.first_line, json_text(card::explain(reason)));
        separator = ",";
    }
    return out + "]}";
}

/// `{"least":1.5,"most":2}`; at most `digits` digits behind the point.
std::string json_between(double least, double most, int digits) {
    const auto number = [digits](double value) {
        const auto scale = std::pow(10.0, digits);
        return fmt::format("{}", std::round(value * scale) / scale);
    };
    return fmt::format("{{\"least\":{},\"most\":{}}}", number(least), number(most));
}

std::string json_time(const run::forecast& expected) {
    if (!expected.time) return "null";
    return json_between(expected.time->least.count(), expected.time->most.count(), 3);
}

std::string json_limits(const plan_view& view) {
    if (view.limits.empty() && !view.finds_limit) return "[]";
    return fmt::format("[\"{}\"]", fmt::join(run::format_rates(view.limits, view.finds_limit), "\",\""));
}

std::string json_quota(const run::forecast& expected) {
    std::string out = "[";
    for (const auto& quota : expected.daily) {
        out +=
            fmt::format("{}{{\"limit\":\"{}\",\"share\":{}}}", out.size() == 1 ? "" : ",",
                        run::format_rate(quota.limit), json_between(quota.share.least, quota.share.most, 6));
    }
    return out + "]";
}

std::string json_deadline(const plan_view& view) {
    if (!view.deadline) return "null";
    return fmt::format("{{\"at\":\"{}\",\"holds\":{}}}", run::format_time(view.deadline->at),
                       view.deadline->holds);
}

}  // namespace

std::string format_plan(const plan_view& view) {
    const auto& counts = view.counts;
    plan_lines lines;
    std::string path;
    card::append_printable(path, view.input == "-" ? "standard input" : view.input, longest_path);
    lines.add("list", fmt::format("{}: {} in {}, {}", path, counted(counts.records(), "record"),
                                  counted(counts.lines, "line"), counted(counts.bytes, "byte")));
    add_cards(lines, counts);
    add_invalid(lines, counts);
    add_requests(lines, view);
    add_time(lines, view);
    if (view.deadline) {
        lines.add("deadline", fmt::format("{}: {}", format_local_time(view.deadline->at),
                                          view.deadline->holds ? "can be met" : "cannot be met"));
    }
    return lines.take();
}

std::string format_plan_json(const plan_view& view) {
    const auto& counts = view.counts;
    const auto& requests = view.expected.requests;
    auto out = fmt::format("{{\"input\":{{\"path\":{},\"lines\":{},\"bytes\":{},\"records\":{}}}",
                           json_text(view.input), counts.lines, counts.bytes, counts.records());
    out += fmt::format(",\"cards\":{},\"distinct\":{},\"duplicates\":{},\"invalid\":{}",
                       json_kinds(counts.valid), json_kinds(counts.distinct), counts.duplicates(),
                       json_invalid(counts));
    out += fmt::format(",\"batch_size\":{},\"requests\":{{\"least\":{},\"most\":{}}}", view.batch_size,
                       requests.least, requests.most);
    out += fmt::format(",\"rate\":{},\"schedule\":{},\"time_s\":{},\"daily_quota\":{},\"deadline\":{}}}\n",
                       json_limits(view), view.has_schedule, json_time(view.expected),
                       json_quota(view.expected), json_deadline(view));
    return out;
}

}  // namespace cardresolver::app
