// How many connections are worth having, where the user leaves it open.
#pragma once

#include "dispatch/clock.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace cardresolver::dispatch {

/// By Little's law, rate × latency requests are under way at once, and each needs a connection. But latency
/// also grows with the number of connections once the carrier queues, and a law fed with that feeds itself.
/// So only the first latency, of a lone request, is believed at once. After it, time goes by in rounds of a
/// second or more; more connections than before are a trial, which a round with more replies has to confirm,
/// and where all are in use and replies take twice as long as they did at best, fewer are a trial as well,
/// which a round with fewer replies refutes. Time-outs are drops: less by a third, and slow recovery. Pure.
class connection_target {
public:
    static constexpr std::size_t least = 4;
    static constexpr std::size_t most = 128;         ///< at a limited rate
    static constexpr std::size_t most_unpaced = 32;  ///< enough to hide the latency of a near carrier
    static constexpr double headroom = 1.25;         ///< spare connections over what the mean latency needs

    /// Requests a second that are asked for; none: as many as can be.
    void ask_for(std::optional<double> rate) noexcept;
    /// A reply came `latency` after its request, with `in_flight` requests under way, that one among them.
    void on_reply(duration latency, std::size_t in_flight, time_point now) noexcept;
    /// A request was given up.
    void on_timeout(time_point now) noexcept;

    std::size_t target() const noexcept { return target_; }

private:
    /// What was seen from `from` to `to`.
    struct round {
        time_point from = time_point::min();
        time_point to = time_point::min();
        std::uint64_t replies = 0;
        std::uint64_t timeouts = 0;
        duration latency{};  ///< sum
        std::size_t most_in_flight = 0;

        duration mean() const noexcept { return latency / static_cast<duration::rep>(replies); }
    };
    /// Another number of connections, to be confirmed.
    struct trial {
        std::size_t before;  ///< the target
        double per_second;   ///< the replies that it gave
        time_point until;    ///< where all of the connections are not even used by then, it stands
    };

    std::size_t ceiling() const noexcept { return rate_ ? most : most_unpaced; }
    std::size_t wanted(duration latency) const noexcept;
    void start(duration latency) noexcept;
    void end_round(time_point now) noexcept;
    void judge_trial(double per_second, bool is_limiting, time_point now) noexcept;
    void change(std::size_t target, double per_second, duration latency, time_point now) noexcept;
    void grow(std::size_t enough, double per_second, duration latency, time_point now) noexcept;
    void shrink(double per_second, duration latency, time_point now) noexcept;
    void begin_round(time_point at) noexcept { round_ = round{.from = at, .to = at}; }
    void remember(duration mean, time_point now) noexcept;
    bool is_queueing(duration mean) const noexcept;

    std::optional<double> rate_;
    std::size_t target_ = most_unpaced;
    bool is_started_ = false;
    round round_;
    std::optional<trial> trial_;
    time_point grow_at_ = time_point::min();        ///< no trial with more before
    time_point shrink_at_ = time_point::min();      ///< nor with fewer
    time_point careful_until_ = time_point::min();  ///< time-outs came with so many: growth in small steps
    bool answered_since_cut_ = true;
    bool is_short_ = false;           ///< more connections were wanted in the last round
    double unshrunk_per_second_ = 0;  ///< the replies before the first of several steps down
    std::array<duration, 2> least_{duration::max(),
                                   duration::max()};  ///< mean latency, this and last half-minute
    time_point least_since_ = time_point::min();
};

}  // namespace cardresolver::dispatch
