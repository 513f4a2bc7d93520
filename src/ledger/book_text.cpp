#include "ledger/book_text.hpp"

#include "checksum/crc32c.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace cardresolver::ledger {
namespace {

namespace json = boost::json;
using dispatch::duration;
using namespace dispatch::quota;
using wall_time = std::chrono::system_clock::time_point;

/// Of the names and meanings below.
constexpr std::int64_t format_version = 2;

constexpr std::size_t checksum_length = 9;

std::string checksum_of(std::string_view text) {
    return fmt::format("{:08x} ", checksum::extend_crc32c(0, text));
}

template <class Number>
Number number(const json::value& from) {
    return from.to_number<Number>();
}

duration length(const json::value& from) {
    return duration(number<duration::rep>(from));
}

wall_time wall(const json::value& from) {
    return wall_time(wall_time::duration(number<wall_time::rep>(from)));
}

json::value write_wall(wall_time at) {
    return at.time_since_epoch().count();
}

template <class Items, class Write>
json::array write_all(const Items& items, Write write) {
    json::array to;
    to.reserve(items.size());
    for (const auto& one : items)
        to.push_back(write(one));
    return to;
}

template <class Items, class Read>
void read_all(const json::value& from, Items& items, Read read) {
    for (const auto& one : from.as_array())
        items.push_back(read(one));
}

json::value write_member(const member& one) {
    return {
        {"process", one.process},
        {"lease_ends", one.lease_ends.count()},
        {"longest_flight", one.longest_flight.count()},
        {"roll", one.roll},
        {"is_busy", one.is_busy},
        {"limits", write_all(one.limits,
                             [](const dispatch::rate_limit& limit) {
                                 return json::array{limit.count, limit.window.count(), limit.is_calendar_day};
                             })},
        {"day_starts", one.day_starts.count()},
        {"wants_permits", one.wants_permits},
        {"waits_since", one.waits_since ? json::value(one.waits_since->count()) : json::value()}};
}

member read_member(const json::value& from) {
    member one;
    one.process = number<process_id>(from.at("process"));
    one.lease_ends = length(from.at("lease_ends"));
    one.longest_flight = length(from.at("longest_flight"));
    one.roll = number<std::uint64_t>(from.at("roll"));
    one.is_busy = from.at("is_busy").as_bool();
    read_all(from.at("limits"), one.limits, [](const json::value& limit) {
        return dispatch::rate_limit{number<std::uint64_t>(limit.at(0)), length(limit.at(1)),
                                    limit.at(2).as_bool()};
    });
    one.day_starts = std::chrono::minutes(number<std::int64_t>(from.at("day_starts")));
    one.wants_permits = from.at("wants_permits").as_bool();
    if (!from.at("waits_since").is_null()) one.waits_since = length(from.at("waits_since"));
    return one;
}

json::value write_shares(const share_table& table) {
    return {{"window", table.window.count()},
            {"shares", write_all(table.shares,
                                 [](const auto& one) {
                                     return json::array{one.process, one.permits};
                                 })},
            {"cooling", write_all(table.cooling, [](const auto& one) {
                 return json::array{one.free_at.count(), one.permits};
             })}};
}

share_table read_shares(const json::value& from) {
    share_table table;
    table.window = length(from.at("window"));
    read_all(from.at("shares"), table.shares, [](const json::value& one) {
        return share_table::share{number<process_id>(one.at(0)), number<std::uint64_t>(one.at(1))};
    });
    read_all(from.at("cooling"), table.cooling, [](const json::value& one) {
        return share_table::cooling_share{length(one.at(0)), number<std::uint64_t>(one.at(1))};
    });
    return table;
}

json::value write_window(const counted_window& window) {
    return {{"window", window.window.count()}, {"spent", write_all(window.spent, [](const auto& one) {
                                                    return json::array{one.slot, one.count};
                                                })}};
}

counted_window read_window(const json::value& from) {
    counted_window window;
    window.window = length(from.at("window"));
    read_all(from.at("spent"), window.spent, [](const json::value& one) {
        return counted_window::spent_permits{number<std::int64_t>(one.at(0)),
                                             number<std::uint64_t>(one.at(1))};
    });
    return window;
}

json::value write_day(const carrier_day& day) {
    return {{"day_starts", day.day_starts.count()},
            {"number", day.number},
            {"began", day.began.count()},
            {"next_begins", day.next_begins.count()},
            {"next_may_begin", day.next_may_begin.count()},
            {"last_ended", day.last_ended.count()},
            {"spent", day.spent},
            {"spent_in_next", day.spent_in_next}};
}

carrier_day read_day(const json::value& from) {
    carrier_day day;
    day.day_starts = std::chrono::minutes(number<std::int64_t>(from.at("day_starts")));
    day.number = number<std::int64_t>(from.at("number"));
    day.began = length(from.at("began"));
    day.next_begins = length(from.at("next_begins"));
    day.next_may_begin = length(from.at("next_may_begin"));
    day.last_ended = length(from.at("last_ended"));
    day.spent = number<std::uint64_t>(from.at("spent"));
    day.spent_in_next = number<std::uint64_t>(from.at("spent_in_next"));
    return day;
}

json::value write_block(const open_block& block) {
    return json::array{block.process, block.id, block.count, block.ends.count()};
}

open_block read_block(const json::value& from) {
    return {number<process_id>(from.at(0)), number<std::uint64_t>(from.at(1)),
            number<std::uint64_t>(from.at(2)), length(from.at(3))};
}

json::object write_state(const account_state& state) {
    json::object to;
    to["now"] = state.now.count();
    to["latest_wall"] = write_wall(state.latest_wall);
    to["members"] = write_all(state.members, write_member);
    to["shares"] = write_all(state.shares, write_shares);
    to["windows"] = write_all(state.windows, write_window);
    to["days"] = write_all(state.days, write_day);
    to["blocks"] = write_all(state.blocks, write_block);
    to["blocks_granted"] = state.blocks_granted;
    to["hold_until"] = state.hold_until.count();
    to["found_rate"] = state.found_rate ? json::value(*state.found_rate) : json::value();
    to["transids"] = {{"next_serial", state.transids.next_serial},
                      {"left_in_epoch", state.transids.left_in_epoch},
                      {"floor", state.transids.floor}};
    return to;
}

account_state read_state(const json::value& from) {
    account_state state;
    state.now = length(from.at("now"));
    state.latest_wall = wall(from.at("latest_wall"));
    read_all(from.at("members"), state.members, read_member);
    read_all(from.at("shares"), state.shares, read_shares);
    read_all(from.at("windows"), state.windows, read_window);
    read_all(from.at("days"), state.days, read_day);
    read_all(from.at("blocks"), state.blocks, read_block);
    state.blocks_granted = number<std::uint64_t>(from.at("blocks_granted"));
    state.hold_until = length(from.at("hold_until"));
    if (!from.at("found_rate").is_null()) state.found_rate = number<double>(from.at("found_rate"));
    const auto& transids = from.at("transids");
    state.transids.next_serial = number<std::uint64_t>(transids.at("next_serial"));
    state.transids.left_in_epoch = number<std::uint64_t>(transids.at("left_in_epoch"));
    state.transids.floor = number<std::int64_t>(transids.at("floor"));
    return state;
}

std::optional<stored_book> parse(const json::value& from) {
    if (number<std::int64_t>(from.at("version")) != format_version) return std::nullopt;
    const auto& clocks = from.at("clocks");
    return stored_book{read_state(from.at("account")),
                       {std::string(clocks.at("boot").as_string()), length(clocks.at("since_boot")),
                        wall(clocks.at("wall")), length(clocks.at("slept"))}};
}

}  // namespace

std::string write_book(const stored_book& book) {
    json::object to;
    to["version"] = format_version;
    to["clocks"] = {{"boot", book.clocks.boot},
                    {"since_boot", book.clocks.since_boot.count()},
                    {"slept", book.clocks.slept.count()},
                    {"wall", write_wall(book.clocks.wall)}};
    to["account"] = write_state(book.state);
    const auto text = json::serialize(to);
    return checksum_of(text) + text;
}

std::optional<stored_book> read_book(std::string_view text) {
    const auto checksum = text.substr(0, checksum_length);
    text.remove_prefix(checksum.size());
    if (checksum != checksum_of(text)) return std::nullopt;
    try {
        return parse(json::parse(text));
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace cardresolver::ledger
