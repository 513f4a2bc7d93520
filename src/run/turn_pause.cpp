#include "run/turn_pause.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace cardresolver::run {
namespace {

/// The next turn should have so many.
constexpr int least_replies = 2;

/// What one reply may wait, as a part of its latency.
constexpr int bearable_part = 4;

/// `between`: one reply and the next.
dispatch::duration pause_for(dispatch::duration latency, dispatch::duration between) noexcept {
    const auto bearable = std::min(turn_pause::longest, latency / bearable_part);
    const auto worthwhile = std::max(turn_pause::shortest, least_replies * between);
    return bearable < worthwhile ? dispatch::duration::zero() : bearable;
}

}  // namespace

void turn_pause::on_reply(dispatch::duration latency, dispatch::time_point at) noexcept {
    has_replies_ = true;
    latencies_ += latency;
    if (++replies_ < replies_in_sample) return;
    pause_ = pause_for(latencies_ / replies_, (at - begun_) / replies_);
    replies_ = 0;
    latencies_ = {};
    begun_ = at;
}

dispatch::duration turn_pause::after_turn() noexcept {
    const auto had_replies = std::exchange(has_replies_, false);
    return had_replies ? pause_ : dispatch::duration::zero();
}

void run_with_pauses(net::asio::io_context& context, turn_pause& pause) {
    while (context.run_one() > 0) {
        context.poll();
        const auto wait = pause.after_turn();
        if (wait > dispatch::duration::zero()) std::this_thread::sleep_for(wait);
    }
}

}  // namespace cardresolver::run
