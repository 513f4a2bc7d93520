#include "dispatch/quota_gate.hpp"

#include "dispatch/verify.hpp"

#include <algorithm>
#include <cmath>

namespace cardresolver::dispatch {
namespace {

using seconds = std::chrono::duration<double>;
using std::chrono::milliseconds;

/// A lease is renewed well before it ends: a ledger that answers late costs nothing.
constexpr duration renewal = milliseconds(500);
/// By a process that has nothing to send, or may not for a while.
constexpr duration idle_renewal = milliseconds(2500);
/// Between two requests for more permits or serials.
constexpr duration least_distance = milliseconds(20);

/// What a block prints is not much older than this.
constexpr duration transid_age = std::chrono::seconds(5);
constexpr std::uint64_t least_transids = 1000;
constexpr std::uint64_t most_transids = 1'000'000;

/// Permits of a block where nothing else says how many are needed: the ledger gives as many as it sees fit.
constexpr std::uint64_t least_permits = 100;

duration to_duration(double in_seconds) noexcept {
    return std::chrono::duration_cast<duration>(seconds(in_seconds));
}

}  // namespace

quota_gate::quota_gate(const pace& pace, quota::process_id process, duration longest_flight)
    : process_(process), longest_flight_(longest_flight) {
    set_pace(pace, time_point::min());
}

void quota_gate::set_pace(const pace& pace, time_point now) {
    pace_ = pace;
    has_new_pace_ = true;
    std::vector<shared_limit> shared;
    for (const auto& limit : pace.limits) {
        if (quota::is_counted(limit)) continue;
        const auto known = std::find_if(shared_.begin(), shared_.end(), [&](const shared_limit& one) {
            return one.limit.window == limit.window;
        });
        if (known == shared_.end()) {
            shared.push_back({limit, held_permits(limit, pace.min_rtt), now});
        } else {
            // The old share may be too much.
            if (limit.count < known->limit.count) lease_ends_ = time_point::min();
            shared.push_back(std::move(*known));
            shared.back().limit = limit;
        }
    }
    shared_ = std::move(shared);
    has_counted_limits_ = std::any_of(pace.limits.begin(), pace.limits.end(), quota::is_counted);
    adaptive_.set_ceiling(slowest_rate(pace.limits));
    if (pace.finds_limit) adaptive_.search();
    space_sends();
}

std::optional<double> quota_gate::rate() const noexcept {
    auto least = adaptive_.rate();
    const auto lower_to = [&least](double rate) { least = std::min(least.value_or(rate), rate); };
    for (const auto& one : shared_) {
        const auto share = static_cast<double>(one.permits.usable()) / seconds(one.limit.window).count();
        lower_to(share > 0 ? share : per_second(one.limit) / static_cast<double>(busy_processes_));
    }
    for (const auto& limit : pace_.limits) {
        if (quota::is_counted(limit) && !limit.is_calendar_day)
            lower_to(per_second(limit) / static_cast<double>(busy_processes_));
    }
    return least;
}

std::optional<time_point> quota_gate::day_resets_at(time_point now) const noexcept {
    if (!day_resets_at_ || *day_resets_at_ <= now || stock_.on_hand(now) > 0) return std::nullopt;
    return day_resets_at_;
}

/// The widest spacing that any of the sliding limits asks for.
void quota_gate::space_sends() noexcept {
    duration widest{};
    for (const auto& one : shared_) {
        const auto permits = static_cast<duration::rep>(std::max<std::uint64_t>(1, one.permits.usable()));
        const auto spread = is_strict() ? duration(0) : jitter_.spread();
        widest = std::max(widest, (one.limit.window + spread) / permits);
    }
    for (const auto& limit : pace_.limits) {
        if (!quota::is_counted(limit) || limit.is_calendar_day) continue;
        widest = std::max(widest, to_duration(static_cast<double>(busy_processes_) / per_second(limit)));
    }
    if (const auto rate = adaptive_.rate()) widest = std::max(widest, to_duration(1 / *rate));
    even_.set_spacing(widest);
}

bool quota_gate::is_out_of_share(time_point now) const noexcept {
    return lease_ends_ > now && std::any_of(shared_.begin(), shared_.end(), [](const shared_limit& one) {
               return one.permits.usable() == 0;
           });
}

time_point quota_gate::available_at(time_point now) {
    if (lease_ends_ <= now || transids_left_ == 0) return never;
    auto at = std::max(even_.available_at(now), adaptive_.available_at(now));
    for (auto& one : shared_) {
        const bool has_share = one.permits.usable() > 0;
        at = std::max(at, !has_share ? never : is_strict() ? one.permits.available_at(now) : now);
    }
    if (has_counted_limits_ && stock_.on_hand(now) == 0) return never;
    return at < lease_ends_ ? at : never;
}

bool quota_gate::is_exhausted(time_point now) {
    return is_strict() && std::any_of(shared_.begin(), shared_.end(), [now](shared_limit& one) {
               return one.permits.usable() > 0 && one.permits.available_at(now) == never;
           });
}

permit quota_gate::take(time_point now) {
    CARDRESOLVER_VERIFY(available_at(now) <= now);
    for (auto& one : shared_)
        if (is_strict()) one.permits.take(now);
    --transids_left_;
    ++taken_;
    space_sends();
    even_.take(now);
    adaptive_.on_sent(now);
    return {now, has_counted_limits_ ? stock_.take(now) : 0, is_strict()};
}

void quota_gate::release(const permit& taken, permit_end end, time_point now) {
    const auto settled = end == permit_end::given_up ? now + quota::arrival_grace : now;
    for (auto& one : shared_)
        if (taken.is_held && taken.taken_at >= one.since) one.permits.release(settled);
    if (taken.block != 0) stock_.release(taken.block, settled);
    if (end == permit_end::answered || end == permit_end::refused) jitter_.add(now - taken.taken_at);
    if (end == permit_end::answered) adaptive_.on_accepted();
    if (end == permit_end::refused) adaptive_.on_refused(taken.taken_at, now);
}

/// For about a second.
std::uint64_t quota_gate::wanted_permits() const noexcept {
    if (!has_counted_limits_) return 0;
    const auto possible = rate();
    if (possible) return static_cast<std::uint64_t>(std::max(1.0, std::floor(*possible)));
    return std::max(least_permits, 2 * taken_);
}

std::uint64_t quota_gate::wanted_transids() const noexcept {
    return std::clamp(4 * taken_, least_transids, most_transids);
}

time_point quota_gate::asks_at(time_point now, bool is_in_haste) const {
    if (is_asking_) return never;
    if (lease_ends_ <= now || has_new_pace_) return now;
    const bool has_to_wait =
        has_counted_limits_ && stock_.on_hand(now) == 0 && next_permits_at_ > asked_at_ + idle_renewal;
    auto at = asked_at_ + (is_in_haste && !has_to_wait ? renewal : idle_renewal);
    if (!is_in_haste) return std::max(now, at);
    const auto soon = asked_at_ + least_distance;
    if (transids_left_ < std::max(least_transids / 4, taken_)) at = std::min(at, soon);
    if (const auto wanted = wanted_permits(); 2 * stock_.on_hand(now) < wanted)
        at = std::min(at, std::max(soon, next_permits_at_));
    return std::max(now, at);
}

time_point quota_gate::asks_soon_at(time_point now) const noexcept {
    return is_asking_ ? never : std::max(now, asked_at_ + least_distance);
}

quota::request quota_gate::make_request(time_point now) {
    quota::request request;
    request.process = process_;
    request.longest_flight = longest_flight_;
    request.limits = pace_;
    request.settled = stock_.settle(now);
    if (const auto found = adaptive_.found())
        request.found_rate = *found * static_cast<double>(busy_processes_);
    return request;
}

quota::request quota_gate::ask(time_point now, bool is_busy, std::optional<duration> hold) {
    CARDRESOLVER_VERIFY(!is_asking_);
    auto request = make_request(now);
    for (auto& one : shared_)
        request.kept.push_back(is_strict() ? one.permits.kept(now) : one.permits.usable());
    request.is_busy = is_busy;
    const auto on_hand = stock_.on_hand(now);
    const auto wanted = wanted_permits();
    if (is_busy && wanted > on_hand) request.wanted_permits = wanted - on_hand;
    const bool is_old = transids_left_ == 0 || now - transids_since_ >= transid_age;
    if (is_old || transids_left_ < wanted_transids() / 2) request.wanted_transids = wanted_transids();
    request.hold = hold;
    is_asking_ = true;
    has_new_pace_ = false;
    asked_at_ = now;
    taken_ = 0;
    return request;
}

void quota_gate::on_suspended() noexcept {
    lease_ends_ = time_point::min();
    is_answer_void_ = is_asking_;
}

void quota_gate::on_grant(const quota::grant& granted, time_point now) {
    CARDRESOLVER_VERIFY(is_asking_);
    is_asking_ = false;
    lease_ends_ = is_answer_void_ ? time_point::min() : asked_at_ + quota::lease_length;
    is_answer_void_ = false;
    share_among(std::max<std::uint64_t>(1, granted.busy_processes));
    for (std::size_t i = 0; !has_new_pace_ && i < shared_.size(); ++i)
        shared_[i].permits.set_share(granted.shares.at(i), granted.targets.at(i));
    stock_.add(granted.block, lease_ends_);
    next_permits_at_ = granted.next_permits_in ? now + *granted.next_permits_in : time_point::min();
    day_resets_at_.reset();
    if (granted.day_resets_in) day_resets_at_ = now + *granted.day_resets_in;
    if (granted.transids.count > 0) {
        transids_left_ = granted.transids.count;
        transids_since_ = asked_at_;
    }
    if (granted.found_rate && pace_.finds_limit) adaptive_.remember(*granted.found_rate);
    space_sends();
}

/// The account's processes share what the carrier bears.
void quota_gate::share_among(std::uint64_t processes) noexcept {
    adaptive_.scale(static_cast<double>(busy_processes_) / static_cast<double>(processes));
    busy_processes_ = processes;
}

quota::request quota_gate::leave(time_point now) {
    stock_.give_back();
    auto request = make_request(now);
    duration longest{};
    for (auto& one : shared_) {
        request.kept.push_back(is_strict() ? one.permits.held(now) : 0);
        longest = std::max(longest, one.permits.free_at(now) - now);
    }
    request.is_busy = false;
    request.leaves_for = longest;
    return request;
}

}  // namespace cardresolver::dispatch
