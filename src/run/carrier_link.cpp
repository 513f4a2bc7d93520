#include "run/carrier_link.hpp"

#include "carrier/retry_after.hpp"
#include "dispatch/verify.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>

namespace cardresolver::run {
namespace {

using clock = std::chrono::steady_clock;

constexpr unsigned http_ok = 200;

/// Attempts to connect: one every 4.5 s may hang for the time-out of 10 s.
constexpr std::size_t least_at_once = 3;

/// Requests may hang in all connections. A probe every 4.5 s makes six of them within a time-out of 25 s.
constexpr std::size_t spare_for_probes = 6;

/// A connection that was used more recently than this is not looked at before it is used again.
constexpr auto fresh_for = std::chrono::milliseconds(5);

}  // namespace

struct carrier_link::worker {
    worker(net::asio::io_context& context, net::client& client, std::uint64_t number)
        : connection(client), wake(context.get_executor(), dispatch::never), ordinal(number) {}

    net::connection connection;
    steady_timer wake;  ///< cancelled when there is something to do
    std::string request;
    std::optional<dispatch::batch_id> batch;
    clock::time_point idle_since{};
    std::uint64_t ordinal;   ///< of the connection, for the trace
    traced_attempt attempt;  ///< under way; untouched without a trace
};

std::size_t most_connections(std::optional<std::size_t> chosen, bool is_paced) noexcept {
    using target = dispatch::connection_target;
    return chosen.value_or(is_paced ? target::most : target::most_unpaced);
}

carrier_link::carrier_link(net::asio::io_context& context, net::client& client,
                           dispatch::dispatcher& dispatcher, const carrier::request_encoder& encoder,
                           carrier::transid_sequence& transids, std::optional<std::size_t> connections,
                           link_owner& owner)
    : context_(context),
      client_(client),
      dispatcher_(dispatcher),
      encoder_(encoder),
      transids_(transids),
      connections_(connections),
      owner_(owner),
      rows_(&owner),
      timer_(context.get_executor(), [this] { owner_.on_progress(); }) {}

carrier_link::~carrier_link() = default;

void carrier_link::report_to(trace& events) noexcept {
    trace_ = &events;
    rows_ = &events;
}

void carrier_link::pump() {
    const auto now = clock::now();
    dispatcher_.on_time(now);
    while (!closing_ && owner_.has_room()) {
        const auto at = dispatcher_.may_send_at(now);
        if (at > now) {
            timer_.wake_at(at);
            break;
        }
        // Fewer connections than before mean fewer requests at once; those that are open stay so.
        worker* idle = dispatcher_.in_flight() < connection_cap(now) ? take_idle(now) : nullptr;
        if (idle == nullptr) {
            open_more(now);
            break;
        }
        prepare(*idle, *dispatcher_.next(now));
        idle->wake.cancel();
    }
    timer_.wake_at(dispatcher_.give_up_at());
    free_a_permit(now);
}

/// All permits hang: one is needed to see whether the carrier is back.
void carrier_link::free_a_permit(dispatch::time_point now) {
    const auto at = dispatcher_.gives_up_one_at(now);
    if (at > now) return timer_.wake_at(at);
    const auto longest = dispatcher_.longest_under_way();
    for (auto& one : workers_) {
        if (one.batch == longest) one.connection.close();
    }
}

/// A connection that can be written to; those that turn out closed are sent to their end.
carrier_link::worker* carrier_link::take_idle(dispatch::time_point now) {
    while (!idle_.empty()) {
        worker* candidate = idle_.back();
        idle_.pop_back();
        const bool is_fresh = now - candidate->idle_since < fresh_for;
        if (is_fresh ? candidate->connection.is_open() : candidate->connection.check_alive())
            return candidate;
        candidate->wake.cancel();
    }
    return nullptr;
}

void carrier_link::open_more(dispatch::time_point now) {
    const auto cap = connection_cap(now);
    const bool all_at_once = dispatcher_.is_proven() && !dispatcher_.rate();
    const auto at_once = all_at_once ? cap : std::max(least_at_once, cap / 8);
    while (workers_.size() < cap && opening_ < at_once && opening_ < dispatcher_.backlog()) {
        const auto at = dispatcher_.may_open_at(now, opening_, open_connections());
        if (at > now) return timer_.wake_at(at);
        dispatcher_.on_opening(now);
        spawn_worker();
    }
    // All may hang. When that is noticed, there are to be some more.
    if (const auto at = dispatcher_.probing_at(); workers_.size() >= cap && at > now) timer_.wake_at(at);
}

std::size_t carrier_link::connection_cap(dispatch::time_point now) {
    if (connections_) return *connections_;
    target_.ask_for(dispatcher_.rate());
    return target_.target() + (dispatcher_.is_probing(now) ? spare_for_probes : 0);
}

void carrier_link::spawn_worker() {
    ++opening_;
    workers_.emplace_back(context_, client_, ++connections_begun_);
    const auto self = std::prev(workers_.end());
    auto serving = async_serve(*self);
    net::asio::co_spawn(context_.get_executor(), std::move(serving),
                        [this, self](std::exception_ptr escaped) {
                            if (escaped) std::rethrow_exception(escaped);
                            // The worker goes in a turn of its own: this handler may run inside its last
                            // operation.
                            net::asio::post(context_.get_executor(), [this, self] { retire(self); });
                        });
}

void carrier_link::retire(worker_list::iterator one) {
    idle_.erase(std::remove(idle_.begin(), idle_.end(), &*one), idle_.end());
    workers_.erase(one);
    owner_.on_progress();
}

net::task<void> carrier_link::async_serve(worker& self) {
    const auto begun = clock::now();
    const auto failed = co_await self.connection.async_open();
    const auto ended = clock::now();
    --opening_;
    if (failed) {
        if (trace_ != nullptr) trace_->on_open_failed(self.ordinal, *failed, ended - begun);
        dispatcher_.on_open_failed(*failed);
        co_return;
    }
    if (trace_ != nullptr) trace_->on_opened(self.ordinal, ended - begun);
    dispatcher_.on_opened();
    idle_.push_back(&self);
    owner_.on_progress();
    while (self.connection.is_open() && !closing_) {
        if (!self.batch) {
            co_await self.wake.async_wait(net::use_tuple);  // ends by cancellation only
            continue;
        }
        const auto exchanged = co_await self.connection.async_exchange(self.request);
        report(self, exchanged);
        if (self.connection.is_open()) {
            self.idle_since = exchanged.ended_at;
            idle_.push_back(&self);
        }
        owner_.on_progress();
    }
    if (self.batch) report_cancelled(self);
    if (trace_ != nullptr) trace_->on_closed(self.ordinal);
}

void carrier_link::prepare(worker& self, const dispatch::request_order& order) {
    const auto at = std::chrono::system_clock::now();
    const auto transid = transids_.next(at);
    CARDRESOLVER_VERIFY(transid);  // the gate counts them
    encoder_.encode(self.request, *transid, order.kind, order.numbers);
    self.batch = order.batch;
    cards_asked_ += order.numbers.size();
    if (trace_ != nullptr) trace_->on_sent(self.attempt, self.ordinal, *transid, at, order);
}

void carrier_link::report(worker& self, const net::exchange_result& exchanged) {
    const auto now = exchanged.ended_at;
    if (exchanged.failed) {
        if (trace_ != nullptr) trace_->on_failure(self.attempt, *exchanged.failed, exchanged.elapsed);
        if (exchanged.failed->kind == card::failure_kind::timeout) target_.on_timeout(now);
        dispatcher_.on_failure(*self.batch, *exchanged.failed, now, *rows_);
    } else {
        latency_.add(exchanged.elapsed);
        pause_.on_reply(exchanged.elapsed, now);
        report_reply(self, exchanged, now);
    }
    self.batch.reset();
    if (trace_ != nullptr) trace_->on_settled(held_until(now), now);
    abandon_hung();
}

/// Requests that hang since an outage, now that it is over.
void carrier_link::abandon_hung() {
    const auto before = dispatcher_.hung_before();
    if (before == abandoned_before_) return;
    abandoned_before_ = before;
    for (auto& one : workers_) {
        if (one.batch && dispatcher_.sent_at(*one.batch) < before) one.connection.close();
    }
}

void carrier_link::report_reply(worker& self, const net::exchange_result& exchanged,
                                dispatch::time_point now) {
    const auto& reply = exchanged.reply;
    const auto* decoded = decode(reply);
    if (trace_ != nullptr) trace_->on_reply(self.attempt, exchanged, decoded);
    if (reply.status != http_ok) {
        const auto retry_after =
            carrier::parse_retry_after(reply.retry_after, std::chrono::system_clock::now());
        dispatcher_.on_http_status(*self.batch, reply.status, retry_after, now, *rows_);
    } else if (decoded == nullptr) {
        dispatcher_.on_malformed_reply(*self.batch, now, *rows_);
        self.connection.close();  // who knows what comes next on it
    } else {
        // Errors may come faster, or slower, than what counts.
        if (!decoded->items.empty()) target_.on_reply(exchanged.elapsed, dispatcher_.in_flight(), now);
        if (dispatcher_.on_reply(*self.batch, *decoded, now, *rows_)) return;
        if (trace_ != nullptr) trace_->on_discarded(self.attempt);
        self.connection.close();
    }
}

/// What stands for a reply of the carrier's; null where nothing does.
const carrier::reply* carrier_link::decode(const net::http_reply& reply) {
    const bool is_readable = reply.content_encoding.empty() || reply.content_encoding == "identity";
    return reply.status == http_ok && is_readable ? decoder_.decode(reply.body) : nullptr;
}

std::optional<dispatch::time_point> carrier_link::held_until(dispatch::time_point now) const {
    const auto standing = dispatcher_.standing_still(now);
    return standing && standing->until > now ? std::optional(standing->until) : std::nullopt;
}

/// A request that was meant for a connection that is closed now.
void carrier_link::report_cancelled(worker& self) {
    const auto now = clock::now();
    const card::failure cancelled(card::failure_stage::write, card::failure_kind::cancelled);
    if (trace_ != nullptr) trace_->on_failure(self.attempt, cancelled, clock::duration::zero());
    dispatcher_.on_failure(*self.batch, cancelled, now, *rows_);
    if (trace_ != nullptr) trace_->on_settled(held_until(now), now);
}

void carrier_link::close_all() {
    closing_ = true;
    for (auto& one : workers_) {
        one.connection.close();
        one.wake.cancel();
    }
}

}  // namespace cardresolver::run
