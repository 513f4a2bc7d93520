#include "app/options/schedule_reader.hpp"

#include "app/options/point_in_time.hpp"
#include "app/options/rate_choice.hpp"
#include "app/options/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace cardresolver::app {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 7> day_names{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<std::string_view, 4> keys{"days", "from", "to", "rate"};

/// One `[[schedule]]` table.
class entry_reader {
public:
    entry_reader(const toml::table& table, const schedule_complaint& complain)
        : table_(table), complain_(complain) {}

    /// Nothing where it has faults.
    std::optional<dispatch::schedule_entry> read() {
        for (auto&& [key, node] : table_) {
            if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
                complain(key.source().begin,
                         fmt::format("unknown key '{}'{}", key.str(), suggest(key.str(), keys)));
        }
        if (const auto* days = table_.get("days")) read_days(*days);
        if (const auto* from = table_.get("from")) read_time(*from, "from", entry_.from, false);
        if (const auto* to = table_.get("to")) read_time(*to, "to", entry_.to, true);
        if (is_good_ && entry_.from == entry_.to)
            complain(table_.source().begin, "from and to are the same: leave both out for the whole day");
        read_rate();
        return is_good_ ? std::optional(std::move(entry_)) : std::nullopt;
    }

private:
    void complain(const toml::source_position& at, const std::string& wrong) {
        is_good_ = false;
        complain_(at, wrong);
    }

    /// Calls `use` with each text of an array, or with the one that stands alone.
    template <class Use>
    void for_each_text(const toml::node& node, std::string_view key, Use use) {
        const auto use_one = [&](const toml::node& one) {
            if (const auto* text = one.as_string()) return use(one, text->get());
            complain(one.source().begin, fmt::format("{}: expected text in quotes", key));
        };
        const auto* array = node.as_array();
        if (array == nullptr) return use_one(node);
        for (const auto& one : *array)
            use_one(one);
    }

    void read_days(const toml::node& node) {
        entry_.days = {};
        for_each_text(node, "days", [this](const toml::node& one, const std::string& text) {
            const auto found = std::find(day_names.begin(), day_names.end(), text);
            if (found != day_names.end()) {
                entry_.days[static_cast<std::size_t>(found - day_names.begin())] = true;
                return;
            }
            complain(one.source().begin,
                     fmt::format("days: '{}': expected {}", text, fmt::join(day_names, ", ")));
        });
        const bool has_day = std::find(entry_.days.begin(), entry_.days.end(), true) != entry_.days.end();
        if (is_good_ && !has_day)
            complain(node.source().begin, "days: none is named; leave the key out for every day");
    }

    void read_time(const toml::node& node, std::string_view key, minutes& field, bool may_be_24) {
        const auto* text = node.as_string();
        if (text != nullptr && may_be_24 && text->get() == "24:00") {
            field = std::chrono::hours(24);
            return;
        }
        const auto time = text == nullptr ? std::nullopt : parse_time_of_day(text->get());
        if (!time)
            return complain(
                node.source().begin,
                fmt::format("{}: expected a local time of day in quotes, such as \"08:00\"", key));
        field = std::chrono::hours(time->hour) + minutes(time->minute);
    }

    void read_rate() {
        const auto* node = table_.get("rate");
        if (node == nullptr)
            return complain(table_.source().begin, "rate is missing: one as --rate takes it, or \"off\"");
        rate_choice rate;
        for_each_text(*node, "rate", [&](const toml::node& one, const std::string& text) {
            const bool is_off = text == "off";
            const auto wrong = (is_off && !rate.is_empty()) || entry_.is_off ? "off stands alone"
                               : is_off                                      ? std::string()
                                                                             : add_rate(text, rate);
            entry_.is_off = entry_.is_off || is_off;
            if (!wrong.empty()) complain(one.source().begin, fmt::format("rate: '{}': {}", text, wrong));
        });
        if (is_good_ && rate.is_empty() && !entry_.is_off)
            complain(node->source().begin,
                     "rate: none is named; \"unlimited\" is no limit, \"off\" sends nothing");
        entry_.limits = std::move(rate.limits);
        entry_.finds_limit = rate.finds_limit;
    }

    const toml::table& table_;
    const schedule_complaint& complain_;
    dispatch::schedule_entry entry_;
    bool is_good_ = true;
};

/// What only shows with all entries side by side.
void check_together(const dispatch::schedule& schedule, const toml::array& tables,
                    const schedule_complaint& complain) {
    if (const auto idle = schedule.find_idle()) {
        complain(tables.get(*idle)->source().begin,
                 "this entry never holds, since those before it take its place: the first that fits decides");
    } else if (schedule.is_always_off()) {
        complain(tables.get(0)->source().begin, "nothing is ever sent: every minute of the week is off");
    }
}

}  // namespace

dispatch::schedule read_schedule(const toml::node& node, const schedule_complaint& complain) {
    const auto* tables = node.as_array();
    if (tables == nullptr || !tables->is_array_of_tables()) {
        complain(node.source().begin, "expected tables: [[schedule]], and below it days, from, to, rate");
        return {};
    }
    std::vector<dispatch::schedule_entry> entries;
    for (const auto& table : *tables) {
        if (auto entry = entry_reader(*table.as_table(), complain).read())
            entries.push_back(std::move(*entry));
    }
    const bool has_faults = entries.size() != tables->size();
    dispatch::schedule schedule(std::move(entries));
    if (!has_faults) check_together(schedule, *tables, complain);
    return schedule;
}

}  // namespace cardresolver::app
