#include "ledger/account_text.hpp"

#include <boost/json.hpp>

#include <deque>
#include <type_traits>
#include <utility>
#include <vector>

// Each structure names its fields once, in `describe`; one visitor writes them, another reads them.

namespace cardresolver::ledger {
namespace {

namespace json = boost::json;
namespace quota = dispatch::quota;

template <class Fields>
void describe(Fields& fields, dispatch::rate_limit& one) {
    fields("count", one.count);
    fields("window", one.window);
    fields("is_calendar_day", one.is_calendar_day);
}

template <class Fields>
void describe(Fields& fields, quota::member& one) {
    fields("process", one.process);
    fields("lease_ends", one.lease_ends);
    fields("is_busy", one.is_busy);
    fields("limits", one.limits);
    fields("day_starts", one.day_starts);
    fields("wants_permits", one.wants_permits);
    fields("waits_since", one.waits_since);
}

template <class Fields>
void describe(Fields& fields, quota::share_table::share& one) {
    fields("process", one.process);
    fields("permits", one.permits);
}

template <class Fields>
void describe(Fields& fields, quota::share_table::cooling_share& one) {
    fields("free_at", one.free_at);
    fields("permits", one.permits);
}

template <class Fields>
void describe(Fields& fields, quota::share_table& one) {
    fields("window", one.window);
    fields("shares", one.shares);
    fields("cooling", one.cooling);
}

template <class Fields>
void describe(Fields& fields, quota::counted_window::spent_permits& one) {
    fields("slot", one.slot);
    fields("count", one.count);
}

template <class Fields>
void describe(Fields& fields, quota::counted_window& one) {
    fields("window", one.window);
    fields("spent", one.spent);
}

template <class Fields>
void describe(Fields& fields, quota::carrier_day& one) {
    fields("day_starts", one.day_starts);
    fields("number", one.number);
    fields("began", one.began);
    fields("next_begins", one.next_begins);
    fields("next_may_begin", one.next_may_begin);
    fields("last_ended", one.last_ended);
    fields("spent", one.spent);
    fields("spent_in_next", one.spent_in_next);
}

template <class Fields>
void describe(Fields& fields, quota::open_block& one) {
    fields("process", one.process);
    fields("id", one.id);
    fields("count", one.count);
    fields("ends", one.ends);
}

template <class Fields>
void describe(Fields& fields, carrier::transid_counter& one) {
    fields("next_serial", one.next_serial);
    fields("left_in_epoch", one.left_in_epoch);
    fields("floor", one.floor);
}

template <class Fields>
void describe(Fields& fields, quota::account_state& one) {
    fields("now", one.now);
    fields("latest_wall", one.latest_wall);
    fields("members", one.members);
    fields("shares", one.shares);
    fields("windows", one.windows);
    fields("days", one.days);
    fields("blocks", one.blocks);
    fields("blocks_granted", one.blocks_granted);
    fields("hold_until", one.hold_until);
    fields("found_rate", one.found_rate);
    fields("transids", one.transids);
}

template <class Fields>
void describe(Fields& fields, clock_reading& one) {
    fields("boot", one.boot);
    fields("since_boot", one.since_boot);
    fields("wall", one.wall);
}

template <class Fields>
void describe(Fields& fields, kept_account& one) {
    fields("clocks", one.clocks);
    fields("account", one.state);
}

template <class T>
struct is_list : std::false_type {};
template <class T>
struct is_list<std::vector<T>> : std::true_type {};
template <class T>
struct is_list<std::deque<T>> : std::true_type {};

class writer {
public:
    template <class T>
    void operator()(std::string_view name, T& value) {
        object_[name] = value_of(value);
    }
    json::object take() { return std::move(object_); }

private:
    template <class T>
    static json::value value_of(T& value) {
        if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
            return json::value_from(value);
        } else if constexpr (is_list<T>::value) {
            json::array list;
            list.reserve(value.size());
            for (auto& one : value)
                list.push_back(value_of(one));
            return list;
        } else {
            return structure_of(value);
        }
    }
    template <class Rep, class Period>
    static json::value value_of(std::chrono::duration<Rep, Period>& time) {
        return time.count();
    }
    static json::value value_of(std::chrono::system_clock::time_point& at) {
        return at.time_since_epoch().count();
    }
    template <class T>
    static json::value value_of(std::optional<T>& value) {
        return value ? value_of(*value) : json::value();
    }
    template <class T>
    static json::value structure_of(T& value) {
        writer fields;
        describe(fields, value);
        return fields.take();
    }

    json::object object_;
};

/// Throws where a field is missing or of another type.
class reader {
public:
    explicit reader(const json::object& object) : object_(object) {}

    template <class T>
    void operator()(std::string_view name, T& value) {
        read(object_.at(name), value);
    }

private:
    template <class T>
    static void read(const json::value& from, T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            value = from.as_bool();
        } else if constexpr (std::is_arithmetic_v<T>) {
            value = from.to_number<T>();
        } else if constexpr (std::is_same_v<T, std::string>) {
            value = from.as_string();
        } else if constexpr (is_list<T>::value) {
            for (const auto& one : from.as_array())
                read(one, value.emplace_back());
        } else {
            reader fields(from.as_object());
            describe(fields, value);
        }
    }
    template <class Rep, class Period>
    static void read(const json::value& from, std::chrono::duration<Rep, Period>& time) {
        time = std::chrono::duration<Rep, Period>(from.to_number<Rep>());
    }
    static void read(const json::value& from, std::chrono::system_clock::time_point& at) {
        using time = std::chrono::system_clock::duration;
        at = std::chrono::system_clock::time_point(time(from.to_number<time::rep>()));
    }
    template <class T>
    static void read(const json::value& from, std::optional<T>& value) {
        if (!from.is_null()) read(from, value.emplace());
    }

    const json::object& object_;
};

}  // namespace

std::string write_account(const kept_account& account) {
    auto copy = account;  // both visitors take what they may change
    writer fields;
    describe(fields, copy);
    return json::serialize(fields.take());
}

std::optional<kept_account> read_account(std::string_view text) {
    try {
        const auto value = json::parse(text);
        kept_account account;
        reader fields(value.as_object());
        describe(fields, account);
        return account;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace cardresolver::ledger
