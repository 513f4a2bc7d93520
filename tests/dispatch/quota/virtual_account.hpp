// Many processes of one account in virtual time: they start, send, are stopped, killed and leave, while the
// wall clock is set to and fro; the carrier counts what arrives.
#pragma once

#include "dispatch/quota/account_book.hpp"
#include "dispatch/quota/model_process.hpp"
#include "dispatch/quota/virtual_carrier.hpp"
#include "dispatch/random.hpp"

#include <cstdint>
#include <queue>
#include <string>
#include <vector>

namespace cardresolver::dispatch::quota {

struct account_plan {
    std::string name;
    std::vector<rate_limit> limits;
    std::size_t processes = 1;
    duration latency{};     ///< from send to reply, at least
    duration jitter{};      ///< on top of it, evenly distributed; the arrival is anywhere in between
    duration kill_every{};  ///< in the mean, each process; zero: never. Another one takes its place
    duration stop_every{};  ///< likewise, for up to 90 s
    duration leave_every{};
    duration step_every{};   ///< of the wall clock, by an hour or a day in either direction, or back to right
    duration sleep_every{};  ///< the machine, for up to two minutes; what is on the way waits, too
};

struct account_report {
    std::uint64_t sent = 0;
    std::uint64_t granted = 0;     ///< in blocks
    std::uint64_t given_back = 0;  ///< of these
    std::uint64_t unused = 0;      ///< of these, neither sent nor given back
    std::uint64_t largest_block = 0;
    std::uint64_t deaths = 0;  ///< by kill, or stopped for longer than others wait
    std::uint64_t exchanges = 0;
    std::uint64_t shares_over = 0;  ///< exchanges after which the shares were more than the limit
    std::uint64_t fewest = 0;       ///< that one of the processes has sent
    std::uint64_t most = 0;
    duration longest_silence{};  ///< between two requests of one process, or what takes its place
};

class virtual_account {
public:
    virtual_account(const account_plan& plan, std::uint64_t seed);

    /// Goes on until so many have arrived, or the time is over.
    void run(std::uint64_t arrivals, duration until = std::chrono::hours(1'000'000));

    account_report report() const;
    const virtual_carrier& carrier() const noexcept { return carrier_; }
    duration now() const noexcept { return now_; }

private:
    enum class event_kind : std::uint8_t {
        arrival,
        reply,
        wake,
        exchange,
        grant,
        kill,
        stop,
        leave,
        step,
        sleep
    };
    struct event {
        duration at{};
        std::uint64_t order = 0;
        event_kind kind{};
        std::uint32_t process = 0;
        std::uint32_t life = 0;  ///< of the process in this place
        permit taken{};
        bool operator>(const event& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };
    struct virtual_process {
        model_process model;
        std::uint32_t life = 0;
        std::vector<duration> ended_at;  ///< each life before this one, in their order
        duration wakes_at{};
        duration stopped_until{};
        bool is_leaving = false;
        bool is_asking = false;
        request asked;
        grant given;
        std::uint64_t sent = 0;  ///< by all lives
        duration last_sent{};
        duration longest_silence{};
    };

    void push(duration at, event_kind kind, std::uint32_t process, const permit& taken = {});
    void push_rare(event_kind kind, std::uint32_t process, duration every);
    void handle(const event& one);
    bool has_arrived(const event& one) const;
    void handle_alive(const event& one, virtual_process& self);
    void start(std::uint32_t index, duration at);
    void act(std::uint32_t index);
    void send(std::uint32_t index);
    void count_given_back(const request& asked);
    void execute(virtual_process& self);
    void step_clock();
    void doze();
    duration steady() const noexcept { return now_ - slept_; }
    moment book_time();
    duration up_to(duration longest);

    account_plan plan_;
    pace pace_;
    random_source random_;
    account_book book_;
    virtual_carrier carrier_;
    std::vector<process_id> ended_;  ///< as the kernel knows
    std::vector<virtual_process> processes_;
    std::priority_queue<event, std::vector<event>, std::greater<>> events_;
    std::uint64_t order_ = 0;
    duration now_{};
    duration slept_{};        ///< of it
    duration slept_since_{};  ///< the last exchange
    duration clock_wrong_by_{};
    account_report report_;
};

}  // namespace cardresolver::dispatch::quota
