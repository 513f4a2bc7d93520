#include "run/carrier_link.hpp"

#include "carrier/retry_after.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cmath>
#include <exception>

namespace cardresolver::run {
namespace {

using clock = std::chrono::steady_clock;

constexpr unsigned http_ok = 200;

constexpr std::size_t min_auto_connections = 4;

/// Spare connections over what the mean latency needs (Little's law).
constexpr double latency_headroom = 1.25;

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
    constexpr std::size_t unpaced = 32;  // enough to hide the latency of a near carrier
    constexpr std::size_t paced = 128;
    return chosen.value_or(is_paced ? paced : unpaced);
}

carrier_link::carrier_link(net::asio::io_context& context, net::client& client,
                           dispatch::dispatcher& dispatcher, const carrier::request_encoder& encoder,
                           carrier::lone_transids& transids, std::optional<std::size_t> connections,
                           link_owner& owner)
    : context_(context),
      client_(client),
      dispatcher_(dispatcher),
      encoder_(encoder),
      transids_(transids),
      connections_(connections),
      owner_(owner),
      rows_(&owner),
      timer_(context.get_executor()) {}

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
            wake_at(at);
            break;
        }
        worker* idle = take_idle(now);
        if (idle == nullptr) {
            open_more(now);
            break;
        }
        prepare(*idle, *dispatcher_.next(now));
        idle->wake.cancel();
    }
    wake_at(dispatcher_.give_up_at());
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
    const auto cap = connection_cap();
    const auto at_once =
        dispatcher_.is_proven() && !dispatcher_.rate() ? cap : std::max<std::size_t>(1, cap / 8);
    while (workers_.size() < cap && opening_ < at_once && opening_ < dispatcher_.backlog()) {
        const auto at = dispatcher_.may_open_at(now, opening_, open_connections());
        if (at > now) return wake_at(at);
        dispatcher_.on_opening(now);
        spawn_worker();
    }
}

std::size_t carrier_link::connection_cap() const {
    if (connections_) return *connections_;
    const auto rate = dispatcher_.rate();
    if (!rate) return most_connections(std::nullopt, false);
    const double per_second =
        static_cast<double>(rate->count) / std::chrono::duration<double>(rate->window).count();
    const auto needed =
        static_cast<std::size_t>(std::ceil(per_second * mean_latency_s_ * latency_headroom)) + 1;
    return std::clamp(needed, min_auto_connections, most_connections(std::nullopt, true));
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
        dispatcher_.on_open_failed(*failed, ended);
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
            self.idle_since = clock::now();
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
    encoder_.encode(self.request, transid, order.kind, order.numbers);
    self.batch = order.batch;
    cards_asked_ += order.numbers.size();
    if (trace_ != nullptr) trace_->on_sent(self.attempt, self.ordinal, transid, at, order);
}

void carrier_link::report(worker& self, const net::exchange_result& exchanged) {
    const auto now = clock::now();
    if (exchanged.failed) {
        if (trace_ != nullptr) trace_->on_failure(self.attempt, *exchanged.failed, exchanged.elapsed);
        dispatcher_.on_failure(*self.batch, *exchanged.failed, now, *rows_);
    } else {
        constexpr double weight = 0.1;
        const double seconds = std::chrono::duration<double>(exchanged.elapsed).count();
        mean_latency_s_ += (mean_latency_s_ == 0.0 ? 1.0 : weight) * (seconds - mean_latency_s_);
        latency_.add(exchanged.elapsed);
        report_reply(self, exchanged, now);
    }
    self.batch.reset();
    if (trace_ != nullptr) trace_->on_settled(dispatcher_.held_until(now), now);
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
    } else if (!dispatcher_.on_reply(*self.batch, *decoded, now, *rows_)) {
        if (trace_ != nullptr) trace_->on_discarded(self.attempt);
        self.connection.close();
    }
}

/// What stands for a reply of the carrier's; null where nothing does.
const carrier::reply* carrier_link::decode(const net::http_reply& reply) {
    const bool is_readable = reply.content_encoding.empty() || reply.content_encoding == "identity";
    return reply.status == http_ok && is_readable ? decoder_.decode(reply.body) : nullptr;
}

/// A request that was meant for a connection that is closed now.
void carrier_link::report_cancelled(worker& self) {
    const auto now = clock::now();
    const card::failure cancelled(card::failure_stage::write, card::failure_kind::cancelled);
    if (trace_ != nullptr) trace_->on_failure(self.attempt, cancelled, clock::duration::zero());
    dispatcher_.on_failure(*self.batch, cancelled, now, *rows_);
    if (trace_ != nullptr) trace_->on_settled(dispatcher_.held_until(now), now);
}

void carrier_link::wake_at(dispatch::time_point at) {
    if (at >= timer_at_) return;
    timer_at_ = at;
    timer_.expires_at(at);
    timer_.async_wait([this](boost::system::error_code ec) {
        if (ec) return;  // replaced by an earlier time
        timer_at_ = dispatch::never;
        owner_.on_progress();
    });
}

void carrier_link::close_all() {
    closing_ = true;
    for (auto& one : workers_) {
        one.connection.close();
        one.wake.cancel();
    }
}

}  // namespace cardresolver::run
