#include "dispatch/quota/model_gate.hpp"

#include <algorithm>

namespace cardresolver::dispatch::quota {
namespace {

constexpr duration renews_every = std::chrono::milliseconds(500);
constexpr std::uint64_t wanted_at_once = 1000;

}  // namespace

model_gate::model_gate(process_id process, pace limits) : process_(process), limits_(std::move(limits)) {
    for (const auto& limit : limits_.limits) {
        if (is_counted(limit)) {
            is_counted_ = true;
        } else {
            short_.push_back({limit, 0, 0, 0, {}});
        }
    }
}

void model_gate::collect(duration now) {
    for (auto& one : short_) {
        while (!one.returning.empty() && one.returning.front() <= now)
            one.returning.pop_front();
    }
    if (now < lease_ends_) return;
    for (auto& one : blocks_)
        one.left = 0;
    end_blocks(now);
}

void model_gate::end_blocks(duration now) {
    for (const auto& one : blocks_) {
        if (one.left == 0 && one.in_flight == 0) ended_.push_back({one.id, one.used, now});
    }
    std::erase_if(blocks_, [](const block& one) { return one.left == 0 && one.in_flight == 0; });
}

bool model_gate::may_send(duration now) {
    collect(now);
    if (now >= lease_ends_) return false;
    if (is_counted_ && (blocks_.empty() || blocks_.back().left == 0)) return false;
    return std::all_of(short_.begin(), short_.end(),
                       [](const short_limit& one) { return one.held() < one.usable(); });
}

std::uint64_t model_gate::send(duration /*now*/) {
    for (auto& one : short_)
        ++one.in_flight;
    if (!is_counted_) return 0;
    auto& newest = blocks_.back();
    --newest.left;
    ++newest.used;
    ++newest.in_flight;
    return newest.id;
}

void model_gate::reply(duration now, std::uint64_t block_id) {
    for (auto& one : short_) {
        --one.in_flight;
        one.returning.push_back(now + one.limit.window);
    }
    for (auto& one : blocks_) {
        if (one.id == block_id) --one.in_flight;
    }
    end_blocks(now);
}

bool model_gate::wants_exchange(duration now) const {
    const bool is_out = is_counted_ && (blocks_.empty() || blocks_.back().left == 0);
    // One that waits for long lets its lease go.
    if (is_out && next_permits_at_ > now + lease_length) return false;
    return now >= renew_at_ || (is_out && now >= next_permits_at_);
}

request model_gate::ask(duration now) {
    collect(now);
    request asked;
    asked.process = process_;
    asked.limits = limits_;
    for (auto& one : short_) {
        one.share = std::max(one.held(), std::min(one.share, one.target));
        asked.kept.push_back(one.share);
    }
    const bool is_out = is_counted_ && (blocks_.empty() || blocks_.back().left == 0);
    asked.wanted_permits = is_out ? wanted_at_once : 0;
    for (const auto& one : ended_)
        asked.settled.push_back({one.id, one.used, now - one.at});
    ended_.clear();
    return asked;
}

void model_gate::take(const grant& given, duration asked_at) {
    lease_ends_ = asked_at + lease_length;
    renew_at_ = asked_at + renews_every;
    for (std::size_t i = 0; i < short_.size(); ++i) {
        short_[i].share = given.shares[i];
        short_[i].target = given.targets[i];
    }
    if (given.block.count != 0) blocks_.push_back({given.block.id, given.block.count, 0, 0});
    next_permits_at_ = asked_at + given.next_permits_in.value_or(duration(0));
}

request model_gate::leave(duration now) {
    for (auto& one : blocks_)
        one.left = 0;
    end_blocks(now);
    auto asked = ask(now);
    asked.wanted_permits = 0;
    duration longest{};
    for (std::size_t i = 0; i < short_.size(); ++i) {
        asked.kept[i] = short_[i].held();
        if (!short_[i].returning.empty()) longest = std::max(longest, short_[i].returning.back() - now);
    }
    asked.leaves_for = longest;
    return asked;
}

bool model_gate::is_idle() const {
    return std::all_of(short_.begin(), short_.end(),
                       [](const short_limit& one) { return one.in_flight == 0; }) &&
           std::all_of(blocks_.begin(), blocks_.end(), [](const block& one) { return one.in_flight == 0; });
}

duration model_gate::next_event(duration now) const {
    const bool is_out = is_counted_ && (blocks_.empty() || blocks_.back().left == 0);
    if (is_out && next_permits_at_ > now + lease_length) return next_permits_at_;
    auto next = renew_at_;
    if (is_out) return std::min(next, next_permits_at_);
    for (const auto& one : short_) {
        if (one.held() >= one.usable() && !one.returning.empty())
            next = std::min(next, one.returning.front());
    }
    return next;
}

}  // namespace cardresolver::dispatch::quota
