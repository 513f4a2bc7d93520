// The hands of the dispatcher: keeps connections open and carries its requests over them.
#pragma once

#include "carrier/reply_decoder.hpp"
#include "carrier/request.hpp"
#include "carrier/transid.hpp"
#include "dispatch/connection_target.hpp"
#include "dispatch/dispatcher.hpp"
#include "net/client.hpp"
#include "net/connection.hpp"
#include "run/earliest_timer.hpp"
#include "run/latency_histogram.hpp"
#include "run/steady_timer.hpp"
#include "run/trace.hpp"
#include "run/turn_pause.hpp"

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::run {

/// How many connections there may be at most: as the user has chosen, else by whether a rate is set.
std::size_t most_connections(std::optional<std::size_t> chosen, bool is_paced) noexcept;

/// What the link needs from the run around it.
class link_owner : public dispatch::outcome_listener {
public:
    /// Whether rows find room. While not, nothing is sent: answers would have nowhere to go.
    virtual bool has_room() = 0;
    /// A request has ended, a connection has opened or failed: take in more cards, see whether this is the
    /// end.
    virtual void on_progress() = 0;
};

/// One worker coroutine for each connection. Event-loop thread only; the io_context must not run any more
/// when it is destroyed.
class carrier_link {
public:
    /// All references outlive the link. `connections`: most of them; none: chosen from rate and latency.
    carrier_link(net::asio::io_context& context, net::client& client, dispatch::dispatcher& dispatcher,
                 const carrier::request_encoder& encoder, carrier::transid_sequence& transids,
                 std::optional<std::size_t> connections, link_owner& owner);
    ~carrier_link();
    carrier_link(const carrier_link&) = delete;
    carrier_link& operator=(const carrier_link&) = delete;

    /// Before the first `pump`: tells `events`, which outlives the link, of all that it does, and of rows
    /// instead of the owner.
    void report_to(trace& events) noexcept;

    /// Sends what may be sent now, opens connections that are missing for it, and sets the timer for what
    /// comes later. To be called after every event.
    void pump();

    /// Ends what is under way: requests come back as cancelled.
    void close_all();
    bool has_workers() const noexcept { return !workers_.empty(); }

    const latency_histogram& latency() const noexcept { return latency_; }
    /// For whoever runs the loop, where no limit says when to send.
    turn_pause& pause() noexcept { return pause_; }
    std::uint64_t cards_asked() const noexcept { return cards_asked_; }
    std::size_t open_connections() const noexcept { return workers_.size() - opening_; }

private:
    struct worker;
    using worker_list = std::list<worker>;

    net::task<void> async_serve(worker& self);
    void spawn_worker();
    void retire(worker_list::iterator one);
    void report(worker& self, const net::exchange_result& exchanged);
    void report_reply(worker& self, const net::exchange_result& exchanged, dispatch::time_point now);
    void report_cancelled(worker& self);
    std::optional<dispatch::time_point> held_until(dispatch::time_point now) const;
    const carrier::reply* decode(const net::http_reply& reply);
    void prepare(worker& self, const dispatch::request_order& order);
    worker* take_idle(dispatch::time_point now);
    void open_more(dispatch::time_point now);
    std::size_t connection_cap(dispatch::time_point now);
    void abandon_hung();
    void free_a_permit(dispatch::time_point now);

    net::asio::io_context& context_;
    net::client& client_;
    dispatch::dispatcher& dispatcher_;
    const carrier::request_encoder& encoder_;
    carrier::transid_sequence& transids_;
    std::optional<std::size_t> connections_;
    link_owner& owner_;
    dispatch::outcome_listener* rows_;  ///< the owner, or the trace before it
    trace* trace_ = nullptr;            ///< null: none

    carrier::reply_decoder decoder_;
    worker_list workers_;
    std::vector<worker*> idle_;  ///< the most recently used last
    std::size_t opening_ = 0;
    bool closing_ = false;
    earliest_timer timer_;
    latency_histogram latency_;
    turn_pause pause_;
    dispatch::time_point abandoned_before_ = dispatch::time_point::min();
    dispatch::connection_target target_;  ///< where their number is left open
    std::uint64_t cards_asked_ = 0;
    std::uint64_t connections_begun_ = 0;
};

}  // namespace cardresolver::run
