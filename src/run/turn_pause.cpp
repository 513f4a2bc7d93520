#include "run/turn_pause.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace cardresolver::run {
namespace {

/// The next turn should have so many.
constexpr int least_replies = 2;

/// How long a pause may be.
struct bounds {
    int part;  ///< of the latency
    dispatch::duration longest;
};
constexpr bounds short_pauses{8, std::chrono::microseconds(300)};
constexpr bounds long_pauses{3, std::chrono::milliseconds(1)};

/// `between`: one reply and the next.
dispatch::duration pause_for(const bounds& most, dispatch::duration latency,
                             dispatch::duration between) noexcept {
    const auto bearable = std::min(most.longest, latency / most.part);
    const auto worthwhile = std::max(turn_pause::shortest, least_replies * between);
    return bearable < worthwhile ? dispatch::duration::zero() : bearable;
}

}  // namespace

void turn_pause::on_reply(dispatch::duration latency, dispatch::time_point at) noexcept {
    has_replies_ = true;
    if (!begun_) begun_ = at;
    latencies_ += latency;
    if (++replies_ < replies_in_sample) return;
    const auto took = at - *begun_;
    trial_.on_sample(took);
    pause_ = pause_for(trial_.is_long() ? long_pauses : short_pauses, latencies_ / replies_, took / replies_);
    replies_ = 0;
    latencies_ = {};
    begun_ = at;
}

dispatch::duration turn_pause::after_turn() noexcept {
    const auto had_replies = std::exchange(has_replies_, false);
    return had_replies ? pause_ : dispatch::duration::zero();
}

void sleep_for(dispatch::duration time) {
    std::this_thread::sleep_for(time);
}

void run_with_pauses(net::asio::io_context& context, turn_pause* pause, const sleeper& sleep) {
    if (pause == nullptr) {
        context.run();
        return;
    }
    while (context.run_one() > 0) {
        context.poll();
        const auto wait = pause->after_turn();
        if (wait > dispatch::duration::zero()) sleep(wait);
    }
}

}  // namespace cardresolver::run
