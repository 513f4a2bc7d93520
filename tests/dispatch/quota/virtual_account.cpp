#include "dispatch/quota/virtual_account.hpp"

#include <algorithm>
#include <utility>

namespace cardresolver::dispatch::quota {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::system_clock::time_point began{std::chrono::seconds(1'790'000'000)};

/// On the way to the ledger, and on the way back.
constexpr duration longest_way = 20ms;
constexpr duration longest_stop = 90s;
constexpr duration longest_sleep = 2min;

pace pace_of(const account_plan& plan) {
    pace limits;
    limits.limits = plan.limits;
    return limits;
}

}  // namespace

virtual_account::virtual_account(const account_plan& plan, std::uint64_t seed)
    : plan_(plan), pace_(pace_of(plan)), random_(seed), book_(new_account(seed)), carrier_(pace_, began) {
    for (std::uint32_t i = 0; i < plan.processes; ++i) {
        processes_.push_back({model_process(0, pace_), 0, {}, {}, {}, false, false, {}, {}, 0, {}, {}});
        start(i, 0ns);
    }
    push_rare(event_kind::step, 0, plan.step_every);
    push_rare(event_kind::sleep, 0, plan.sleep_every);
}

duration virtual_account::up_to(duration longest) {
    return duration(static_cast<duration::rep>(static_cast<double>(longest.count()) * random_.fraction()));
}

moment virtual_account::book_time() {
    return {now_, began + now_ + clock_wrong_by_, std::exchange(slept_since_, 0ns)};
}

void virtual_account::push(duration at, event_kind kind, std::uint32_t process, const permit& taken) {
    events_.push({at, ++order_, kind, process, processes_[process].life, taken});
}

void virtual_account::push_rare(event_kind kind, std::uint32_t process, duration every) {
    if (every > 0ns) push(now_ + up_to(2 * every), kind, process);
}

void virtual_account::start(std::uint32_t index, duration at) {
    auto& self = processes_[index];
    ended_.push_back(self.model.id());
    self.ended_at.push_back(now_);
    self.model = model_process(random_.next(), pace_);
    ++self.life;
    self.stopped_until = {};
    self.is_leaving = self.is_asking = false;
    self.wakes_at = at;
    push(at, event_kind::wake, index);
    push_rare(event_kind::kill, index, plan_.kill_every);
    push_rare(event_kind::stop, index, plan_.stop_every);
    push_rare(event_kind::leave, index, plan_.leave_every);
}

void virtual_account::run(std::uint64_t arrivals, duration until) {
    while (carrier_.arrivals() < arrivals && events_.top().at < until) {
        const auto next = events_.top();
        events_.pop();
        now_ = next.at;
        handle(next);
    }
}

void virtual_account::handle(const event& one) {
    if (one.kind == event_kind::arrival) {
        if (has_arrived(one)) carrier_.arrive(now_);
        return;
    }
    if (one.kind == event_kind::step) return step_clock();
    if (one.kind == event_kind::sleep) return doze();
    auto& self = processes_[one.process];
    if (one.life != self.life) return;
    if (one.kind == event_kind::exchange) return execute(self);
    if (one.kind == event_kind::kill) {
        ++report_.deaths;
        // Some die with an exchange committed that they never hear of.
        if (self.asked.process != 0 && random_.next() % 2 == 0) execute(self);
        return start(one.process, now_ + up_to(5s));
    }
    if (now_ < self.stopped_until) {  // it finds out when it goes on
        auto later = one;
        later.at = self.stopped_until;
        events_.push(later);
        return;
    }
    handle_alive(one, self);
}

/// What is under way when its connection is closed arrives soon after, or never.
bool virtual_account::has_arrived(const event& one) const {
    const auto& self = processes_[one.process];
    return one.life == self.life || now_ <= self.ended_at[one.life] + arrival_grace;
}

void virtual_account::handle_alive(const event& one, virtual_process& self) {
    switch (one.kind) {
        case event_kind::reply:
            self.model.reply(steady(), one.taken);
            break;
        case event_kind::grant:
            self.is_asking = false;
            self.model.take(self.given, steady());
            break;
        case event_kind::wake:
            if (self.wakes_at != one.at) return;
            break;
        case event_kind::stop:
            self.stopped_until = now_ + up_to(longest_stop);
            if (self.stopped_until - now_ > lease_length + model_process::longest_flight - 500ms)
                ++report_.deaths;
            return push_rare(event_kind::stop, one.process, plan_.stop_every);
        case event_kind::leave:
            self.is_leaving = true;
            break;
        default:
            return;
    }
    act(one.process);
}

void virtual_account::act(std::uint32_t index) {
    auto& self = processes_[index];
    if (self.is_leaving) {
        if (!self.model.is_idle() || self.is_asking) return;
        self.asked = self.model.leave(steady());
        execute(self);
        return start(index, now_ + up_to(5s));
    }
    while (self.model.may_send(steady()))
        send(index);
    if (!self.is_asking && self.model.wants_exchange(steady())) {
        self.is_asking = true;
        self.asked = self.model.ask(steady());
        const auto there = now_ + up_to(longest_way);
        push(there, event_kind::exchange, index);
        push(there + up_to(longest_way), event_kind::grant, index);
    }
    auto next = now_ + std::min<duration>(1h, self.model.next_event(steady()) - steady());
    if (self.is_asking) next = std::max(next, now_ + longest_way);
    self.wakes_at = std::max(next, now_ + 1ms);
    push(self.wakes_at, event_kind::wake, index);
}

void virtual_account::send(std::uint32_t index) {
    auto& self = processes_[index];
    const auto taken = self.model.send(steady());
    const auto latency = plan_.latency + up_to(plan_.jitter);
    push(now_ + up_to(latency), event_kind::arrival, index);
    push(now_ + latency, event_kind::reply, index, taken);
    ++self.sent;
    ++report_.sent;
    self.longest_silence = std::max(self.longest_silence, now_ - self.last_sent);
    self.last_sent = now_;
}

void virtual_account::count_given_back(const request& asked) {
    for (const auto& settled : asked.settled) {
        for (const auto& block : book_.state().blocks)
            if (block.id == settled.id && block.process == asked.process)
                report_.given_back += block.count - settled.used;
    }
}

void virtual_account::execute(virtual_process& self) {
    ++report_.exchanges;
    count_given_back(self.asked);
    self.given = book_.exchange(self.asked, book_time(), ended_);
    std::erase_if(ended_, [this](process_id one) {
        const auto& members = book_.state().members;
        return std::none_of(members.begin(), members.end(),
                            [one](const member& known) { return known.process == one; });
    });
    self.asked.process = 0;
    report_.granted += self.given.block.count;
    report_.largest_block = std::max(report_.largest_block, self.given.block.count);
    for (const auto& table : book_.state().shares) {
        for (const auto& limit : plan_.limits) {
            if (limit.window == table.window && table.taken() > limit.count) ++report_.shares_over;
        }
    }
}

/// All that is to happen, at the carrier's end, too, happens so much later.
void virtual_account::doze() {
    const auto length = up_to(longest_sleep);
    std::vector<event> pending;
    for (; !events_.empty(); events_.pop())
        pending.push_back(events_.top());
    for (auto& one : pending) {
        one.at += length;
        events_.push(one);
    }
    for (auto& one : processes_) {
        one.wakes_at += length;
        one.stopped_until += length;
        for (auto& ended : one.ended_at)
            ended += length;
        one.model.wake_up();
    }
    now_ += length;
    slept_ += length;
    slept_since_ += length;
    push_rare(event_kind::sleep, 0, plan_.sleep_every);
}

void virtual_account::step_clock() {
    constexpr std::array<duration, 5> steps{0h, 1h, -1h, 24h, -24h};
    clock_wrong_by_ = steps.at(random_.next() % steps.size());
    push_rare(event_kind::step, 0, plan_.step_every);
}

account_report virtual_account::report() const {
    auto report = report_;
    const bool is_counted_at_all = std::any_of(plan_.limits.begin(), plan_.limits.end(), is_counted);
    report.unused = is_counted_at_all ? report.granted - report.given_back - report.sent : 0;
    report.fewest = report.sent;
    for (const auto& one : processes_) {
        report.fewest = std::min(report.fewest, one.sent);
        report.most = std::max(report.most, one.sent);
        report.longest_silence =
            std::max({report.longest_silence, one.longest_silence, now_ - one.last_sent});
    }
    return report;
}

}  // namespace cardresolver::dispatch::quota
