#include "run/calendar.hpp"

#include "run/local_clock.hpp"

#include <algorithm>
#include <utility>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;
using system_clock = std::chrono::system_clock;

/// From the beginning of a minute.
system_clock::duration since_minute(system_clock::time_point now) {
    return now - std::chrono::floor<std::chrono::minutes>(now);
}

}  // namespace

calendar::calendar(net::asio::io_context& context, dispatch::dispatcher& dispatcher,
                   const dispatch::schedule& schedule, const dispatch::pace& usual,
                   std::function<void()> on_change)
    : dispatcher_(dispatcher),
      schedule_(schedule),
      usual_(usual),
      on_change_(std::move(on_change)),
      timer_(context.get_executor()) {}

void calendar::start() {
    look();
}

void calendar::look() {
    const auto now = std::chrono::steady_clock::now();
    const auto wall = system_clock::now();
    dispatcher_.set_day_reset(now + (next_carrier_day(wall, usual_.day_starts) - wall), now);
    system_clock::duration next = 1min;
    if (!schedule_.is_empty()) {
        const auto local = local_time_of(wall);
        const auto change = schedule_.next_change(local);
        const auto in_force = schedule_.in_force(usual_, local);
        const auto changes_in = change.value_or(24h) - since_minute(wall);
        dispatcher_.close_until(in_force ? dispatch::time_point::min() : now + changes_in);
        if (in_force && *in_force != dispatcher_.pace_in_force()) dispatcher_.set_pace(*in_force, now);
        next = std::clamp<system_clock::duration>(changes_in, 10ms, next);
    }
    timer_.expires_after(next);
    timer_.async_wait([this](boost::system::error_code ec) {
        if (ec) return;
        look();
        on_change_();
    });
}

}  // namespace cardresolver::run
