#include "run/run_history.hpp"

#include <boost/json.hpp>

#include <array>

namespace cardresolver::run {
namespace {

namespace json = boost::json;

/// One counter of `statistics`: where it is, and its name in a checkpoint.
struct counter {
    std::string_view name;
    std::uint64_t& (*of)(statistics& counts);
};

constexpr std::array counters{
    counter{"cards_asked", [](statistics& s) -> std::uint64_t& { return s.cards_asked; }},
    counter{"sent", [](statistics& s) -> std::uint64_t& { return s.requests.sent; }},
    counter{"answered", [](statistics& s) -> std::uint64_t& { return s.requests.answered; }},
    counter{"retried", [](statistics& s) -> std::uint64_t& { return s.requests.retried; }},
    counter{"hunting", [](statistics& s) -> std::uint64_t& { return s.requests.hunting; }},
    counter{"throttled", [](statistics& s) -> std::uint64_t& { return s.requests.throttled; }},
    counter{"timed_out", [](statistics& s) -> std::uint64_t& { return s.requests.timed_out; }},
    counter{"stale", [](statistics& s) -> std::uint64_t& { return s.requests.stale; }},
    counter{"malformed", [](statistics& s) -> std::uint64_t& { return s.requests.malformed; }},
    counter{"foreign_items", [](statistics& s) -> std::uint64_t& { return s.requests.foreign_items; }},
    counter{"repeated_items", [](statistics& s) -> std::uint64_t& { return s.requests.repeated_items; }},
    counter{"discarded", [](statistics& s) -> std::uint64_t& { return s.requests.discarded; }},
    counter{"connections_opened",
            [](statistics& s) -> std::uint64_t& { return s.network.connections_opened; }},
    counter{"sessions_resumed", [](statistics& s) -> std::uint64_t& { return s.network.sessions_resumed; }},
    counter{"bytes_sent", [](statistics& s) -> std::uint64_t& { return s.network.bytes_sent; }},
    counter{"bytes_received", [](statistics& s) -> std::uint64_t& { return s.network.bytes_received; }},
};

std::int64_t milliseconds_of(std::chrono::system_clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

std::chrono::system_clock::time_point time_of(const json::value& milliseconds) {
    return std::chrono::system_clock::time_point(
        std::chrono::milliseconds(milliseconds.to_number<std::int64_t>()));
}

/// Bucket and count by turns, without the empty ones.
json::array array_of(const latency_histogram& latency) {
    json::array buckets;
    for (std::size_t i = 0; i < latency_histogram::bucket_count; ++i) {
        if (const auto count = latency.count_in(i); count > 0) {
            buckets.push_back(i);
            buckets.push_back(count);
        }
    }
    return buckets;
}

void read_latency(const json::object& from, latency_histogram& latency) {
    const auto& buckets = from.at("latency").as_array();
    const auto max_us = from.at("latency_max_us").to_number<std::uint64_t>();
    for (std::size_t i = 0; i + 1 < buckets.size(); i += 2)
        latency.add_to(buckets[i].to_number<std::size_t>(), buckets[i + 1].to_number<std::uint64_t>(),
                       max_us);
}

json::array array_of(const std::vector<run_process>& processes) {
    json::array all;
    for (const auto& one : processes)
        all.push_back(
            json::array{one.pid, milliseconds_of(one.started_at), milliseconds_of(one.finished_at)});
    return all;
}

run_history parse_history(const json::object& from) {
    run_history history;
    for (const auto& one : from.at("processes").as_array()) {
        const auto& facts = one.as_array();
        history.processes.push_back(
            {facts.at(0).to_number<std::int64_t>(), time_of(facts.at(1)), time_of(facts.at(2))});
    }
    for (const auto& one : counters)
        one.of(history.counts) = from.at(one.name).to_number<std::uint64_t>();
    for (std::size_t i = 0; i < card::outcome_kind_count; ++i)
        history.counts.outcomes[i] = from.at("outcomes").as_array().at(i).to_number<std::uint64_t>();
    history.counts.elapsed = std::chrono::milliseconds(from.at("elapsed_ms").to_number<std::int64_t>());
    for (const auto& [status, count] : from.at("statuses").as_object())
        history.details.statuses.emplace(status, count.to_number<std::uint64_t>());
    read_latency(from, history.details.latency);
    return history;
}

}  // namespace

void add_counts(statistics& to, const statistics& earlier) {
    auto added = earlier;  // the counters are read and written through one table
    for (const auto& one : counters)
        one.of(to) += one.of(added);
    to.elapsed += earlier.elapsed;
}

void add_process(std::vector<run_process>& to, const run_process& one) {
    if (to.size() >= most_processes) to.erase(to.begin() + most_processes / 2);
    to.push_back(one);
}

std::string write_history(const run_history& history) {
    auto counts = history.counts;
    json::object to;
    to["processes"] = array_of(history.processes);
    for (const auto& one : counters)
        to[one.name] = one.of(counts);
    to["outcomes"] = json::value_from(history.counts.outcomes);
    to["elapsed_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(history.counts.elapsed).count();
    json::object statuses;
    for (const auto& [status, count] : history.details.statuses)
        statuses[status] = count;
    to["statuses"] = std::move(statuses);
    to["latency"] = array_of(history.details.latency);
    to["latency_max_us"] = history.details.latency.max_us();
    return json::serialize(to);
}

std::optional<run_history> read_history(std::string_view text) {
    try {
        return parse_history(json::parse(text).as_object());
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace cardresolver::run
