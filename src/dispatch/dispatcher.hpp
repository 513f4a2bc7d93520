// The heart: which cards are asked next, when, and what becomes of each answer.
#pragma once

#include "card/failure.hpp"
#include "carrier/reply.hpp"
#include "carrier/status_catalogue.hpp"
#include "dispatch/batcher.hpp"
#include "dispatch/card_table.hpp"
#include "dispatch/carrier_health.hpp"
#include "dispatch/hunting.hpp"
#include "dispatch/listed_card.hpp"
#include "dispatch/outcome_writer.hpp"
#include "dispatch/quota_gate.hpp"
#include "dispatch/reply_matcher.hpp"
#include "dispatch/settings.hpp"
#include "dispatch/statistics.hpp"
#include "dispatch/stop.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cardresolver::dispatch {

/// A request that may go out now: its permit is taken. Exactly one result event must follow.
struct request_order {
    batch_id batch;
    card::card_kind kind;
    std::span<const card::card_number> numbers;  ///< valid until the next call of the dispatcher
    std::span<const std::uint64_t> lines;        ///< of these cards, likewise; empty: `settings::names_lines`
};

/// Decides; never waits, never does I/O. One thread. Events come in the order of time.
///
/// A card is taken in by `add` and leaves as one row for each of its lines, handed to the listener of the
/// event that decided it. Every request, first or repeated, comes out of `next` and so through the gate.
class dispatcher {
public:
    dispatcher(const settings& settings, const carrier::status_catalogue& catalogue);
    dispatcher(const dispatcher&) = delete;
    dispatcher& operator=(const dispatcher&) = delete;

    // --- intake
    /// So many cards may be added before this is asked again; 0: none for now. Where cards of one kind wait,
    /// no more than soon go out, so that they are at hand when they do. Of a mixed list, all that find room:
    /// the rarer kinds shall fill their requests, too.
    std::size_t cards_wanted() const noexcept;
    /// Adds the first `count` cards of `list`, no more than `cards_wanted()`; those behind them will be added
    /// soon. A number that was answered not long ago has its row at once.
    void add(std::span<const listed_card> list, std::size_t count, time_point now,
             outcome_listener& listener);
    /// Whether cards are held back though there is room: partial requests then wait for them in vain.
    void block_intake(bool is_blocked) noexcept { intake_blocked_ = is_blocked; }
    void end_input() noexcept { input_ended_ = true; }

    // --- connections
    /// When another connection may be opened, beside `opening` attempts under way and `open` ones.
    time_point may_open_at(time_point now, std::size_t opening, std::size_t open) const noexcept;
    void on_opening(time_point now);
    void on_opened() noexcept;
    void on_open_failed(const card::failure& failure);

    // --- sending
    /// When `next` will have a request: `now`, later, or `never` before another event.
    time_point may_send_at(time_point now);
    /// The next request, where `may_send_at(now) <= now`.
    std::optional<request_order> next(time_point now);

    // --- results; each ends the request
    /// A decoded reply, all of them by one decoder (see `carrier::reply_item::shape`); false where the
    /// connection must be closed: it carried somebody else's answer.
    bool on_reply(batch_id batch, const carrier::reply& reply, time_point now, outcome_listener& listener);
    /// HTTP 200 with a body that is no reply.
    void on_malformed_reply(batch_id batch, time_point now, outcome_listener& listener);
    /// Any other HTTP status; `retry_after` where the reply named one.
    void on_http_status(batch_id batch, unsigned status, std::optional<duration> retry_after, time_point now,
                        outcome_listener& listener);
    /// No whole reply.
    void on_failure(batch_id batch, const card::failure& failure, time_point now, outcome_listener& listener);

    // --- the account's ledger: without its grants nothing is sent
    /// When `ask_ledger` should be called: `now`, later, or `never` before the answer to the last call.
    time_point ledger_due_at(time_point now) const;
    /// What to tell the ledger; its answer comes back by `on_grant`.
    quota::request ask_ledger(time_point now);
    void on_grant(const quota::grant& granted, time_point now);
    /// The machine was asleep: others may have what was granted.
    void on_suspended() noexcept { gate_.on_suspended(); }
    /// The last word, once nothing is in flight: what was granted and not used is given back.
    quota::request leave_ledger(time_point now) { return gate_.leave(now); }

    // --- the calendar
    /// Other limits, as the hour wants it.
    void set_pace(const pace& pace, time_point now) { gate_.set_pace(pace, now); }
    /// Nothing is sent before; the past: it may be.
    void close_until(time_point at) noexcept { closed_until_ = at; }
    /// When the carrier's next day begins; see `throttling::set_day_reset`.
    void set_day_reset(time_point at, time_point now) noexcept { health_.set_day_reset(at, now); }

    // --- the end
    /// Gives up where no HTTP reply has come in time; to be called at `give_up_at()` at the latest.
    void on_time(time_point now);
    time_point give_up_at() const noexcept;
    /// Sends nothing more.
    void drain() noexcept { draining_ = true; }
    /// Every card is decided; or nothing more is sent and nothing is in flight.
    bool is_finished() const noexcept;
    const std::optional<stop>& stopped() const noexcept { return stop_; }

    std::size_t in_flight() const noexcept { return in_flight_; }
    /// About how many requests wait.
    std::size_t backlog() const noexcept {
        return resends_.size() + retries_.size() + hunting_.size() + batcher_.backlog();
    }
    bool is_proven() const noexcept { return health_.is_proven(); }
    /// Requests a second that may be sent; nothing: unlimited.
    std::optional<double> rate() const noexcept { return gate_.rate(); }
    std::optional<double> found_rate() const noexcept { return gate_.found_rate(); }
    const pace& pace_in_force() const noexcept { return gate_.limits(); }
    /// Why requests do not flow, and until when; nothing where they do.
    std::optional<standstill> standing_still(time_point now) const noexcept;
    /// While the carrier is away: its last failure, in words. Empty while it is not.
    std::string_view outage() const noexcept;
    /// Whether all permits are with the account's other processes.
    bool waits_for_others(time_point now) const noexcept { return is_busy() && gate_.is_out_of_share(now); }
    /// Whether the carrier is down or silent: all connections may hang, so probes need some more.
    bool is_probing(time_point now) const noexcept { return health_.is_probing(now); }
    /// When that begins, if nothing is heard until then; the past where it has.
    time_point probing_at() const noexcept { return health_.probing_at(); }
    /// See `carrier_health::hung_before`. What was sent before it is best closed, and reported as cancelled.
    time_point hung_before() const noexcept { return health_.hung_before(); }
    time_point sent_at(batch_id id) const noexcept { return batches_[id].sent_at; }
    /// When a request that hangs should be closed, and reported as cancelled, since all permits hang and a
    /// carrier that is silent could not be probed: `now`, later or `never`. Another one may be answered yet.
    time_point gives_up_one_at(time_point now);
    /// The request that has been under way for longest; only where one is.
    batch_id longest_under_way() const noexcept;
    const statistics& counts() const noexcept { return counts_; }

private:
    /// Cards that travel together. Lives from its first request until its last card is decided or requeued.
    struct batch {
        card::card_kind kind = card::card_kind::iccid;
        std::vector<slot_id> cards;
        std::size_t asked = 0;            ///< cards in its last request; some may be decided by now
        hunt_id hunt = no_id;             ///< the hunt whose group it is
        unsigned failures = 0;            ///< in a row; decides the back-off
        std::uint64_t answered_then = 0;  ///< `well_answered_` at the first of them
        std::uint64_t failed_then = 0;    ///< `failed_` at the first of them
        bool in_flight = false;
        time_point sent_at{};
        permit taken;
    };
    enum class origin : std::uint8_t { resend, retry, hunt, fresh };
    struct candidate {
        time_point at = never;
        origin from = origin::fresh;
        card::card_kind kind = card::card_kind::iccid;
    };
    /// What a hunt learns from a group that it has sent.
    enum class group_result : std::uint8_t { clean, lone_card_decided, withdrawn };
    /// What a failed attempt is called in the rows, should it have been the last.
    struct verdict {
        std::string_view status;
        std::string_view message;
    };

    candidate find_candidate(time_point now);
    candidate next_candidate(time_point now);
    batch_id take_candidate(const candidate& chosen);
    batch_id new_batch(card::card_kind kind);
    void assign(batch_id id);
    request_order send(batch_id id, time_point now);
    void stop_because(stop_reason reason, std::string detail);
    batch& end_request(batch_id id, permit_end end, time_point now);
    bool is_busy() const noexcept;
    bool settle_items(batch_id id, std::size_t in_order, const carrier::reply& reply, time_point now,
                      outcome_listener& listener);
    struct item_counts;
    bool settle(slot_id slot, std::int32_t answer, std::span<const carrier::reply_item> items,
                item_counts& counts, time_point now, outcome_listener& listener);
    void settle_unresolved(slot_id slot, const carrier::reply_item& item, carrier::status_class meaning,
                           time_point now, outcome_listener& listener);
    void act_on_rest(batch_id id, carrier::status_class meaning, const verdict& why, time_point now,
                     outcome_listener& listener);
    void leave_out(batch_id id, time_point now, outcome_listener& listener);
    void defer(slot_id slot, const verdict& why, time_point now, outcome_listener& listener);
    void take_back_deferred(time_point now);
    void refuse_or_hunt(batch_id id, const verdict& why, time_point now, outcome_listener& listener);
    void shrink(batch_id id, const verdict& why, time_point now, outcome_listener& listener);
    void forgive(const batch& one);
    void hunt(batch_id id, hunt_cause cause);
    bool spoils_requests(const batch& one) const noexcept;
    bool is_hunted_alone(const batch& one) const noexcept;
    void note_failure(batch& one) noexcept;
    void suspect_account(batch_id id, const verdict& why, time_point now);
    void throttle(batch_id id, std::optional<duration> retry_after, time_point now);
    void fail(batch_id id, const verdict& why, time_point now, outcome_listener& listener);
    void try_again(batch_id id, const verdict& why, time_point now, outcome_listener& listener);
    void schedule_retry(batch_id id, time_point now);
    bool charge(slot_id slot, const verdict& why, outcome_listener& listener);
    void ask_again(slot_id slot, const verdict& why, bool is_charged, time_point now,
                   outcome_listener& listener);
    void ask_alone(slot_id slot, time_point at);
    void leave_hunt(batch& one, group_result result);
    void release(batch_id id);

    settings settings_;
    const carrier::status_catalogue& catalogue_;
    random_source random_;
    card_table cards_;
    batcher batcher_;
    quota_gate gate_;
    retry_budget budget_;
    hunting hunting_;
    carrier_health health_;
    reply_matcher matcher_;
    outcome_writer writer_;

    std::deque<batch> batches_;  ///< a deque: references stay valid while it grows
    std::vector<batch_id> free_batches_;
    std::deque<batch_id> resends_;                       ///< at once, and at no card's expense
    std::set<std::pair<time_point, batch_id>> retries_;  ///< after their back-off, within the budget
    std::set<std::pair<time_point, slot_id>> deferred_;  ///< cards that the carrier has put off
    std::vector<card::card_number> numbers_;             ///< of the request that goes out
    std::vector<std::uint64_t> lines_;                   ///< likewise, where a trace wants them
    std::size_t in_flight_ = 0;
    std::uint64_t well_answered_ = 0;  ///< replies without any complaint
    std::uint64_t failed_ = 0;         ///< requests that failed in passing
    unsigned not_found_ = 0;           ///< HTTP 404 before any other reply
    bool input_ended_ = false;
    bool intake_blocked_ = false;
    bool draining_ = false;
    bool ever_opened_ = false;
    bool http_seen_ = false;
    std::optional<time_point> first_attempt_at_;
    time_point closed_until_ = time_point::min();
    std::string last_failure_;
    time_point told_hold_ = time_point::min();  ///< until when the ledger knows of a hold
    std::optional<stop> stop_;
    statistics counts_;
};

}  // namespace cardresolver::dispatch
