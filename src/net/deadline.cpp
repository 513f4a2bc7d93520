#include "net/deadline.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <optional>
#include <utility>

namespace cardresolver::net {

// Shared with the pending wait: its handler may be queued already when the deadline is destroyed.
struct deadline::state : std::enable_shared_from_this<state> {
    using timer_type = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor>;

    state(const executor& loop, std::function<void()> callback)
        : timer(loop), on_expiry(std::move(callback)) {}

    void wait_until(clock::time_point at) {
        fires_at = at;
        // A cancelled wait can still report success if it was queued before (a queued expiry cannot be taken
        // back), so the handler believes this number and not its error code.
        const auto number = ++generation;
        timer.expires_at(at);
        timer.async_wait([self = shared_from_this(), number](const boost::system::error_code&) {
            if (self->generation == number) self->fired();
        });
    }

    void fired() {
        fires_at.reset();
        if (!due) return;
        if (*due > clock::now()) {
            wait_until(*due);
            return;
        }
        due.reset();
        if (on_expiry) on_expiry();
    }

    timer_type timer;
    std::function<void()> on_expiry;
    std::optional<clock::time_point> due;
    std::optional<clock::time_point> fires_at;
    std::uint64_t generation = 0;
};

deadline::deadline(const executor& loop, std::function<void()> on_expiry)
    : state_(std::make_shared<state>(loop, std::move(on_expiry))) {}

deadline::~deadline() {
    cancel();
    state_->on_expiry = nullptr;
}

void deadline::arm(clock::time_point at) {
    state_->due = at;
    if (!state_->fires_at || *state_->fires_at > at) state_->wait_until(at);
}

void deadline::disarm() noexcept {
    state_->due.reset();
}

void deadline::cancel() noexcept {
    state_->due.reset();
    state_->fires_at.reset();
    ++state_->generation;
    state_->timer.cancel();
}

}  // namespace cardresolver::net
