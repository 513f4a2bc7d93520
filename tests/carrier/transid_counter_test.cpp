// Transaction numbers of many processes that share a counter, while the clock is set to and fro.
#include "carrier/transid_counter.hpp"

#include "carrier/transid.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace cardresolver::carrier {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;

constexpr std::uint64_t seed = 42;
constexpr system_clock::time_point noon{std::chrono::seconds(1'790'000'000)};

std::int64_t seconds_of(system_clock::time_point time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

TEST(transid_counter, gives_no_serial_twice) {
    auto counter = transid_counter::starting_at(7);
    EXPECT_EQ(counter.take(0, noon).count, 0U);
    EXPECT_EQ(counter.take(10, noon), (transid_block{seconds_of(noon), 7, 10}));
    EXPECT_EQ(counter.take(1, noon), (transid_block{seconds_of(noon), 17, 1}));
}

TEST(transid_counter, PR6_keeps_its_floor_when_the_clock_steps_back) {
    auto counter = transid_counter::starting_at(0);
    counter.take(1, noon);
    EXPECT_EQ(counter.take(1, noon - 24h).second, seconds_of(noon));
    EXPECT_EQ(counter.take(1, noon + 24h).second, seconds_of(noon + 24h));
}

TEST(transid_counter, an_epoch_ends_with_a_later_floor) {
    auto counter = transid_counter::starting_at(0);
    EXPECT_EQ(counter.take(transid_counter::epoch_length - 1, noon).count, transid_counter::epoch_length - 1);
    EXPECT_EQ(counter.take(10, noon).count, 1U) << "a block lies within one epoch";
    const auto next = counter.take(10, noon);
    EXPECT_EQ(next.second, seconds_of(noon) + transid_life.count() + 1);
    EXPECT_EQ(next.first_serial, transid_counter::epoch_length);
}

/// What a transid prints behind the appid, in 8 bytes.
std::uint64_t compact(const transid& printed, std::size_t appid_length) {
    const auto digits = printed.view().substr(appid_length);
    std::uint64_t value = 0;
    for (const char c : digits.substr(3))  // the decade stays the same
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    return value;
}

/// Numbers to print; $CARDRESOLVER_TRANSIDS in a soak.
std::uint64_t transids_in_all() {
    const char* const text = std::getenv("CARDRESOLVER_TRANSIDS");
    return text == nullptr ? 10'000'000 : std::strtoull(text, nullptr, 10);
}

std::uint64_t count_repeated(std::vector<std::uint64_t>& values) {
    std::sort(values.begin(), values.end());
    std::uint64_t repeated = 0;
    for (std::size_t i = 1; i < values.size(); ++i)
        repeated += values[i] == values[i - 1] ? 1U : 0U;
    return repeated;
}

/// 64 processes print from blocks of one counter. They are started anew a thousand times on the way, the
/// clock is set by up to a day in either direction, and each process reads another time.
class virtual_processes {
public:
    explicit virtual_processes(std::uint64_t restarts) : restarts_(restarts) {
        for (int i = 0; i < 64; ++i)
            sequences_.emplace_back(appid);
    }

    template <class Visitor>
    void print(transid_counter counter, std::uint64_t count, Visitor visit) {
        std::mt19937_64 random(seed);
        auto now = noon;
        auto wrong_by = 0s;
        const auto blocks = std::max<std::uint64_t>(1, count / block_size);
        const auto restart_every = std::max<std::uint64_t>(1, blocks / (restarts_ * sequences_.size()));
        std::uint64_t printed = 0;
        for (std::uint64_t block = 0; printed < count; ++block) {
            auto& sequence = sequences_[random() % sequences_.size()];
            if (block % restart_every == 0) sequence = transid_sequence(appid);
            if (random() % 1000 == 0) wrong_by = std::chrono::seconds(random() % 172'801) - 86'400s;
            now += std::chrono::milliseconds(random() % 100);
            if (sequence.left() == 0) sequence.use(counter.take(block_size, now + wrong_by));
            // Some blocks are left before they are used up.
            for (auto left = sequence.left() - random() % 3; left > 0 && printed < count; --left) {
                const auto skew = std::chrono::milliseconds(random() % 20'000);
                const auto number = sequence.next(now + wrong_by + skew);
                if (!number) break;
                visit(*number);
                ++printed;
            }
        }
    }

    static constexpr std::string_view appid = "100001";
    static constexpr std::uint64_t block_size = 100;

private:
    std::uint64_t restarts_;
    std::vector<transid_sequence> sequences_;
};

TEST(transid_counter, PR6_no_number_of_64_processes_repeats_with_clocks_a_day_off) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto count = transids_in_all();
    // Each pass looks at a part of all numbers: memory for 100 million at a time.
    const auto passes = count / 100'000'000 + 1;
    std::uint64_t repeated = 0;
    std::uint64_t seen = 0;
    for (std::uint64_t pass = 0; pass < passes; ++pass) {
        std::vector<std::uint64_t> values;
        values.reserve(count / passes + count / passes / 10);
        virtual_processes processes(1000);
        processes.print(transid_counter::starting_at(99'000'000), count, [&](const transid& number) {
            const auto value = compact(number, virtual_processes::appid.size());
            if (value % passes == pass) values.push_back(value);
        });
        seen += values.size();
        repeated += count_repeated(values);
    }
    std::cout << "points: " << seen << " transids, " << repeated << " repeated\n";
    EXPECT_EQ(seen, count);
    EXPECT_EQ(repeated, 0U);
}

TEST(transid_counter, a_lost_counter_alone_repeats_nothing) {
    // The next one begins at another place, and at a later second than the last one has printed.
    std::vector<std::uint64_t> values;
    std::mt19937_64 random(seed);
    auto now = noon;
    for (int loss = 0; loss < 100; ++loss) {
        auto counter = transid_counter::starting_at(random());
        transid_sequence sequence("1");
        for (int i = 0; i < 10'000; ++i) {
            now += 1ms;
            if (sequence.left() == 0) sequence.use(counter.take(100, now));
            values.push_back(compact(*sequence.next(now), 1));
        }
    }
    EXPECT_EQ(count_repeated(values), 0U);
}

/// Numbers that two runs of serials print both, within the same second.
std::uint64_t common(const transid_block& a, const transid_block& b) {
    if (a.second != b.second) return 0;
    std::uint64_t sum = 0;
    const auto ahead =
        (b.first_serial % serial_count + serial_count - a.first_serial % serial_count) % serial_count;
    if (ahead < a.count) sum += std::min(a.count - ahead, b.count);
    const auto behind = serial_count - ahead;
    if (behind < b.count) sum += std::min(b.count - behind, a.count);
    return sum;
}

TEST(transid_counter, a_counter_that_is_lost_while_the_clock_steps_back_repeats_as_often_as_documented) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    constexpr std::uint64_t before = 1'000'000;  // in the second that comes twice
    constexpr std::uint64_t after = 500'000;
    constexpr int trials = 100'000;
    std::mt19937_64 random(seed);
    double repeated = 0.0;
    for (int i = 0; i < trials; ++i) {
        auto lost = transid_counter::starting_at(random());
        auto next = transid_counter::starting_at(random());
        repeated += static_cast<double>(common(lost.take(before, noon), next.take(after, noon)));
    }
    constexpr double expected = static_cast<double>(before) * static_cast<double>(after) / 1e8;
    std::cout << "points: " << repeated / trials << " repeated in the mean, " << expected << " expected\n";
    EXPECT_NEAR(repeated / trials, expected, expected * 0.1);
}

}  // namespace
}  // namespace cardresolver::carrier
