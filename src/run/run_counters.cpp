#include "run/run_counters.hpp"

#include "net/client.hpp"
#include "run/carrier_link.hpp"
#include "run/earlier_work.hpp"
#include "run/row_path.hpp"

#include <algorithm>
#include <unistd.h>

namespace cardresolver::run {
namespace {

/// The kernel is asked of each connection what it has carried: not for each block of rows.
constexpr auto look_at_traffic_after = std::chrono::milliseconds(200);

/// What the slowest sliding limit would have allowed in the time, beyond what was sent.
std::uint64_t count_unused(const statistics& counts) {
    const auto per_second = dispatch::slowest_rate(counts.limits);
    if (!per_second) return 0;
    const double allowed = *per_second * std::chrono::duration<double>(counts.elapsed).count();
    return static_cast<std::uint64_t>(std::max(0.0, allowed - static_cast<double>(counts.requests.sent)));
}

}  // namespace

std::string_view to_string(hold_reason reason) noexcept {
    switch (reason) {
        case hold_reason::down:
            return "carrier";
        case hold_reason::throttled:
            return "throttled";
        case hold_reason::quota_spent:
            return "day-quota";
        case hold_reason::schedule:
            return "schedule";
        case hold_reason::shared:
            return "other-processes";
    }
    return "";
}

run_counters::run_counters(const row_path& rows, const carrier_link& link, const net::client& client,
                           const dispatch::dispatcher& dispatcher, const earlier_work& earlier)
    : rows_(rows),
      link_(link),
      client_(client),
      dispatcher_(dispatcher),
      earlier_(earlier),
      lines_read_(earlier.newest_line()) {}

std::chrono::system_clock::time_point run_counters::on_start() {
    started_ = clock::now();
    process_started_at_ = std::chrono::system_clock::now();
    return process_started_at_;
}

void run_counters::on_read(std::uint64_t lines, std::uint64_t bytes) noexcept {
    lines_read_ = lines;
    input_bytes_read_ = bytes;
}

void run_counters::on_finish() {
    finished_ = clock::now();
}

statistics run_counters::snapshot() const {
    return count_with(client_.statistics());
}

const distributions& run_counters::details() {
    distributions_.latency = earlier_.history().details.latency;
    distributions_.latency.add(link_.latency());
    distributions_.statuses = rows_.statuses();
    return distributions_;
}

std::vector<run_process> run_counters::processes() const {
    auto all = earlier_.history().processes;
    add_process(all, {::getpid(), process_started_at_, std::chrono::system_clock::now()});
    return all;
}

run_history run_counters::history() {
    const auto now = clock::now();
    if (!traffic_seen_at_ || now - *traffic_seen_at_ >= look_at_traffic_after) {
        traffic_ = client_.statistics();
        traffic_seen_at_ = now;
    }
    return {processes(), count_with(traffic_), details()};
}

statistics run_counters::count_with(const net::client_statistics& traffic) const {
    statistics now;
    now.outcomes = rows_.written();
    now.lines_read = lines_read_;
    now.input_bytes_read = input_bytes_read_;
    now.input_size = input_size_;
    now.cards_asked = link_.cards_asked();
    now.bytes_written = rows_.bytes();
    now.requests = dispatcher_.counts();
    now.network = traffic;
    now.in_flight = dispatcher_.in_flight();
    now.connections_open = link_.open_connections();
    const auto at = finished_.value_or(clock::now());
    if (started_) now.elapsed = at - *started_;
    now.rows_wait_for = rows_.waits_for();
    now.limits = dispatcher_.pace_in_force().limits;
    now.finds_limit = dispatcher_.pace_in_force().finds_limit;
    add_counts(now, earlier_.history().counts);
    now.permits_unused = count_unused(now);
    now.found_rate = dispatcher_.found_rate();
    if (const auto standing = dispatcher_.standing_still(at)) {
        now.held_for = standing->until - at;
        now.held_by = standing->why;
    } else if (dispatcher_.waits_for_others(at)) {
        now.held_by = hold_reason::shared;
    }
    return now;
}

}  // namespace cardresolver::run
