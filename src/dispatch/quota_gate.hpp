// The one gate before the carrier: every attempt takes a permit here, right before its bytes go out.
#pragma once

#include "dispatch/adaptive_rate.hpp"
#include "dispatch/clock.hpp"
#include "dispatch/even_pace.hpp"
#include "dispatch/held_permits.hpp"
#include "dispatch/jitter_meter.hpp"
#include "dispatch/permit_stock.hpp"
#include "dispatch/quota/exchange.hpp"
#include "dispatch/rate_limit.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace cardresolver::dispatch {

/// What a request has taken from the gate.
struct permit {
    time_point taken_at{};
    std::uint64_t block = 0;  ///< of the counted limits; 0: there are none
    bool is_held = false;     ///< until the request can arrive no more
};

/// How a request ended, as far as the gate is concerned.
enum class permit_end : std::uint8_t {
    answered,  ///< by a whole reply
    refused,   ///< by a reply: too many requests
    closed,    ///< no reply, and the carrier has closed the connection
    given_up,  ///< no reply, and we have reset the connection
};

/// What may not be exceeded, and by whom it is shared: the account's ledger grants a share of every limit for
/// a few seconds. Without a grant nothing is sent.
///
/// Sends are spread evenly over the sliding limits; the day's quota is spent as fast as they allow.
class quota_gate {
public:
    /// `longest_flight`: each permit is released this long after it was taken at the latest.
    quota_gate(const pace& pace, quota::process_id process, duration longest_flight);

    /// Other limits from now on: those of another hour of the day. A share of them comes with the next grant.
    void set_pace(const pace& pace, time_point now);
    const pace& limits() const noexcept { return pace_; }
    /// Requests a second that the carrier is thought to bear, where it has refused any, or `remember`ed.
    std::optional<double> found_rate() const noexcept { return adaptive_.found(); }
    /// Requests a second that this process may send, by its share of the sliding limits, or, where it has
    /// none yet, by the share that it can expect; nothing: unlimited.
    std::optional<double> rate() const noexcept;
    /// When the day's quota, which is spent, is there again; nothing where it is not spent.
    std::optional<time_point> day_resets_at(time_point now) const noexcept;

    // --- permits
    /// Whether nothing may be sent because the other processes of the account have all permits of a limit.
    bool is_out_of_share(time_point now) const noexcept;
    /// When the next permit is to be had: `now`, later, or `never` before a grant or a reply.
    time_point available_at(time_point now);
    /// Only after `available_at(now) <= now`. Each take is followed by exactly one `release`.
    permit take(time_point now);
    void release(const permit& taken, permit_end end, time_point now);

    /// Whether all permits are out, and only a reply, or giving up a request, brings one back.
    bool is_exhausted(time_point now);

    // --- the ledger; one exchange at a time
    /// When a grant should be asked for: `now`, later, or `never` while one is under way.
    time_point asks_at(time_point now, bool is_in_haste) const;
    /// The same where there is something that it should know at once.
    time_point asks_soon_at(time_point now) const noexcept;
    /// What to tell the ledger. `hold`: how much longer the account is to leave the carrier alone.
    quota::request ask(time_point now, bool is_busy, std::optional<duration> hold);
    /// What the ledger said to the last request.
    void on_grant(const quota::grant& granted, time_point now);
    /// The ledger could not answer the last request: it has not taken place.
    void on_refusal() noexcept { is_asking_ = false; }
    /// The machine was asleep: whatever was granted may have been given to others meanwhile.
    void on_suspended() noexcept;
    /// The last word: nothing is in flight any more.
    quota::request leave(time_point now);

private:
    /// A limit that is not counted.
    struct shared_limit {
        rate_limit limit;
        held_permits permits;
        time_point since;  ///< requests that went out before hold no permit
    };

    bool is_strict() const noexcept { return pace_.pacing == pacing_kind::strict; }
    std::uint64_t wanted_permits() const noexcept;
    std::uint64_t wanted_transids() const noexcept;
    quota::request make_request(time_point now);
    void space_sends() noexcept;
    void share_among(std::uint64_t processes) noexcept;

    pace pace_;
    bool has_counted_limits_ = false;  ///< some of its permits come in blocks
    quota::process_id process_;
    duration longest_flight_;
    std::vector<shared_limit> shared_;
    permit_stock stock_;
    even_pace even_;
    adaptive_rate adaptive_;
    jitter_meter jitter_;

    bool is_asking_ = false;
    bool is_answer_void_ = false;  ///< the machine was asleep since it was asked for
    bool has_new_pace_ = false;    ///< since the last request
    time_point asked_at_ = time_point::min();
    time_point lease_ends_ = time_point::min();
    time_point next_permits_at_ = time_point::min();
    std::optional<time_point> day_resets_at_;
    std::uint64_t busy_processes_ = 1;
    std::uint64_t transids_left_ = 0;
    time_point transids_since_ = time_point::min();
    std::uint64_t taken_ = 0;  ///< since the last request
};

}  // namespace cardresolver::dispatch
