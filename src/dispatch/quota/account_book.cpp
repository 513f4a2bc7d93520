#include "dispatch/quota/account_book.hpp"

#include "dispatch/quota/block_allowance.hpp"

#include <algorithm>
#include <cmath>

namespace cardresolver::dispatch::quota {
namespace {

/// Nobody wants to be left alone longer, whatever was said.
constexpr duration longest_hold = std::chrono::hours(48);

duration not_negative(duration length, duration at_most) {
    return std::clamp(length, duration(0), at_most);
}

bool names_short(const member& one, duration window) {
    return std::any_of(one.limits.begin(), one.limits.end(), [window](const rate_limit& limit) {
        return !is_counted(limit) && limit.window == window;
    });
}

template <class Table>
Table& table_of(std::vector<Table>& tables, duration window) {
    const auto at = std::find_if(tables.begin(), tables.end(),
                                 [window](const Table& one) { return one.window == window; });
    if (at != tables.end()) return *at;
    tables.emplace_back().window = window;
    return tables.back();
}

}  // namespace

account_state new_account(std::uint64_t random) {
    account_state state;
    state.transids = carrier::transid_counter::starting_at(random);
    return state;
}

grant account_book::exchange(const request& asked, moment now, std::span<const process_id> ended) {
    now.now = std::max(now.now, state_.now);
    go_on_to(now);
    expire_members(ended);
    settle(asked);
    collect();
    if (asked.hold)
        state_.hold_until = std::max(state_.hold_until, now.now + not_negative(*asked.hold, longest_hold));

    grant answer;
    answer.hold = std::max(duration(0), state_.hold_until - now.now);
    answer.clock_behind = std::chrono::floor<std::chrono::seconds>(state_.latest_wall - now.wall);
    if (asked.leaves_for) {
        leave(asked);
        return answer;
    }
    enter(asked, now);
    answer.busy_processes = busy_count(asked.process);
    if (asked.found_rate && std::isfinite(*asked.found_rate)) state_.found_rate = *asked.found_rate;
    if (state_.found_rate)
        answer.found_rate = *state_.found_rate / static_cast<double>(answer.busy_processes);
    share_out(asked, answer);
    grant_block(asked, now, answer);
    answer.transids = state_.transids.take(asked.wanted_transids, now.wall);
    return answer;
}

void account_book::go_on_to(const moment& now) {
    state_.now = now.now;
    state_.latest_wall = std::max(state_.latest_wall, now.wall);
    // Neither time-outs nor the network's timers went on.
    for (auto& one : state_.members)
        one.longest_flight += not_negative(now.slept, now.now);
    for (auto& day : state_.days)
        day.advance(now);
}

void account_book::expire_members(std::span<const process_id> ended) {
    std::erase_if(state_.members, [&](const member& one) {
        const bool has_ended = std::find(ended.begin(), ended.end(), one.process) != ended.end();
        if (!has_ended && one.idle_from() > state_.now) return false;
        expire(one, std::min(one.idle_from(), state_.now));
        return true;
    });
}

/// Nobody will tell what it has used. Its connections are `closed` since then at the latest.
void account_book::expire(const member& one, ledger_time closed) {
    const auto last_arrival = closed + arrival_grace;
    for (auto& table : state_.shares)
        table.cool(one.process, last_arrival + table.window);
    abandon_blocks(one.process, last_arrival);
}

/// Its owner is gone, so nobody will settle them.
void account_book::abandon_blocks(process_id process, ledger_time ended) {
    for (auto& block : state_.blocks) {
        if (block.process != process) continue;
        block.process = 0;
        block.ends = ended;
    }
}

void account_book::settle(const request& asked) {
    for (const auto& one : asked.settled) {
        const auto at = std::find_if(
            state_.blocks.begin(), state_.blocks.end(),
            [&](const open_block& block) { return block.process == asked.process && block.id == one.id; });
        if (at == state_.blocks.end()) continue;  // written off while the process was stopped
        end_block(*at, one.used, state_.now - not_negative(one.settled_ago, state_.now));
        state_.blocks.erase(at);
    }
}

void account_book::end_block(open_block& block, std::uint64_t used, ledger_time ended) {
    const auto permits = std::min(used, block.count);
    for (auto& window : state_.windows)
        window.spend(permits, ended);
    for (auto& day : state_.days)
        day.spend(permits, ended);
}

/// What is over by now.
void account_book::collect() {
    for (auto& block : state_.blocks) {
        if (block.process == 0 && block.ends <= state_.now) end_block(block, block.count, block.ends);
    }
    std::erase_if(state_.blocks,
                  [this](const open_block& block) { return block.process == 0 && block.ends <= state_.now; });
    for (auto& table : state_.shares)
        table.collect(state_.now);
    for (auto& window : state_.windows)
        window.collect(state_.now);
}

void account_book::leave(const request& asked) {
    const auto* const self = find(asked.process);
    if (self == nullptr) return;
    const auto free_at = state_.now + not_negative(*asked.leaves_for, longest_hold);
    std::size_t i = 0;
    for (const auto& limit : asked.limits.limits) {
        if (is_counted(limit)) continue;
        auto& table = table_of(state_.shares, limit.window);
        table.keep(asked.process, i < asked.kept.size() ? asked.kept[i] : 0);
        table.cool(asked.process, free_at);
        ++i;
    }
    expire(*self, state_.now);  // what was given up may be under way yet
    std::erase_if(state_.members, [&](const member& one) { return one.process == asked.process; });
}

void account_book::enter(const request& asked, const moment& now) {
    auto* self = find(asked.process);
    if (self == nullptr) {
        const auto behind = std::find_if(state_.members.begin(), state_.members.end(),
                                         [&](const member& one) { return one.process > asked.process; });
        self = &*state_.members.insert(behind, member{});
        self->process = asked.process;
    }
    self->lease_ends = state_.now + lease_length;
    self->roll = asked.roll;
    self->longest_flight = not_negative(asked.longest_flight, longest_hold);
    self->is_busy = asked.is_busy;
    self->limits = asked.limits.limits;
    self->day_starts = asked.limits.day_starts;
    self->wants_permits = asked.wanted_permits > 0;
    release_unnamed(*self);
    open_accounts(state_, now);
}

/// Other limits are in force for it than were: what it has sent under the old ones holds no permit of its
/// own.
void account_book::release_unnamed(const member& one) {
    for (auto& table : state_.shares) {
        if (!names_short(one, table.window))
            table.cool(one.process, state_.now + one.longest_flight + arrival_grace + table.window);
    }
    std::erase_if(state_.shares, [](const share_table& table) { return table.is_empty(); });
}

void account_book::share_out(const request& asked, grant& answer) {
    for (const auto& limit : asked.limits.limits) {
        if (is_counted(limit)) continue;
        auto& table = table_of(state_.shares, limit.window);
        const auto i = answer.shares.size();
        table.keep(asked.process, i < asked.kept.size() ? asked.kept[i] : 0);
        const auto permits = smallest_count(state_.members, limit, {});
        const auto due = due_of(asked.process, contenders_for(limit.window), permits, state_.now);
        table.raise(asked.process, due, permits);
        answer.shares.push_back(table.share_of(asked.process));
        answer.targets.push_back(due);
    }
}

void account_book::grant_block(const request& asked, const moment& now, grant& answer) {
    auto& self = *find(asked.process);
    if (asked.wanted_permits == 0) {
        self.waits_since.reset();
        return;
    }
    const auto allowance = allow_block(state_, self, asked.wanted_permits, now);
    answer.next_permits_in = allowance.next_permits_in;
    answer.day_resets_in = allowance.day_resets_in;
    if (allowance.count == 0) {
        if (!self.waits_since) self.waits_since = state_.now;
        return;
    }
    self.waits_since.reset();
    answer.block = {++state_.blocks_granted, allowance.count};
    state_.blocks.push_back({self.process, answer.block.id, answer.block.count, {}});
}

member* account_book::find(process_id process) noexcept {
    for (auto& one : state_.members) {
        if (one.process == process) return &one;
    }
    return nullptr;
}

std::vector<contender> account_book::contenders_for(duration window) const {
    std::vector<contender> contenders;
    for (const auto& one : state_.members) {
        if (one.may_send(state_.now) && names_short(one, window))
            contenders.push_back({one.process, one.is_busy});
    }
    return contenders;
}

/// With `self` even where it has a pause: it shall not take all of what was found for its own.
std::uint64_t account_book::busy_count(process_id self) const noexcept {
    const auto counts = [&](const member& one) {
        return one.process == self || (one.is_busy && one.may_send(state_.now));
    };
    return static_cast<std::uint64_t>(std::count_if(state_.members.begin(), state_.members.end(), counts));
}

}  // namespace cardresolver::dispatch::quota
