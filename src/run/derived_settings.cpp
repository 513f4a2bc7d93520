#include "run/derived_settings.hpp"

#include "run/carrier_link.hpp"

#include <algorithm>

namespace cardresolver::run {
namespace {

/// In the order of the list, one late row may hold back those of so many windows: retries need time, and rows
/// that wait cost memory.
constexpr std::size_t windows_in_order = 4;

std::size_t connections_for(const settings& settings) {
    return most_connections(settings.connections, is_ever_paced(settings));
}

/// Cards that may be between line and row: what is in flight, and as much again to fill the next requests.
std::size_t window_for(const settings& settings) {
    return settings.dispatch.batch_size * (2 * connections_for(settings) + card::card_kind_count);
}

}  // namespace

bool is_ever_paced(const settings& settings) noexcept {
    return !settings.dispatch.pace.is_unlimited() || !settings.schedule.is_empty();
}

dispatch::settings dispatch_settings_of(const settings& settings, std::uint64_t seed, std::uint64_t process) {
    auto completed = settings.dispatch;
    completed.connections = connections_for(settings);
    completed.window = window_for(settings);
    completed.names_lines = settings.trace.has_value();
    completed.longest_flight = settings.client.request_timeout;
    completed.seed = seed;
    completed.process = std::max<dispatch::quota::process_id>(1, process);
    return completed;
}

net::client_settings client_settings_of(const settings& settings) {
    auto completed = settings.client;
    completed.host = settings.url.host;
    completed.port = settings.url.port;
    completed.tls = settings.url.tls;
    return completed;
}

row_path_settings row_settings_of(const settings& settings, const run_history& earlier) {
    row_path_settings rows;
    if (settings.in_input_order) rows.order_window = windows_in_order * window_for(settings);
    rows.max_failures = settings.max_failures;
    rows.keeps_columns = settings.keeps_columns;
    rows.outcomes_before = earlier.counts.outcomes;
    rows.statuses_before = earlier.details.statuses;
    return rows;
}

}  // namespace cardresolver::run
