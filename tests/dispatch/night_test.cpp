// A whole night in virtual time.
#include "dispatch/model_carrier.hpp"
#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace cardresolver::dispatch::testing_support {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t cards = 2'000'000;
constexpr std::size_t batch_size = 20;

/// The carrier's night: an outage of an hour, one of ten minutes, a quarter of an hour of throttling, two
/// hours of slow answers, and a steady trickle of everything that goes wrong.
class night {
public:
    explicit night(std::uint64_t seed) : random_(seed) {}

    model_answer operator()(const model_request& request) {
        const auto since = request.at - model_run::start;
        if (since > 1h && since < 2h) return outage();
        if (since > 3h && since < 3h + 10min) return failing(card::failure_kind::closed);
        if (since > 4h && since < 4h + 15min && request.number % 2 == 0) return top_status("71");
        auto answer = mishap(request);
        answer.latency = since > 5h && since < 7h ? 3s + jitter(4s) : 30ms + jitter(200ms);
        return answer;
    }

private:
    duration jitter(duration longest) {
        return duration(
            static_cast<duration::rep>(static_cast<double>(longest.count()) * random_.fraction()));
    }
    model_answer outage() {
        auto answer = failing(card::failure_kind::timeout);
        answer.latency = 25s;
        return answer;
    }
    model_answer mishap(const model_request& request) {
        switch (random_.next() % 100) {
            case 0:
                return failing(card::failure_kind::timeout);
            case 1:
                return failing(card::failure_kind::closed);
            case 2:
                return http_status(503);
            case 3:
                return top_status("73");
            case 4:
                return top_status("99");
            case 5:
                return failing(card::failure_kind::stale);
            case 6: {
                model_answer answer;
                answer.what = model_answer::kind::malformed;
                return answer;
            }
            case 7:
            case 8: {
                auto answer = answer_all(request);
                answer.items.erase(answer.items.begin() +
                                   static_cast<std::ptrdiff_t>(random_.next() % answer.items.size()));
                return answer;
            }
            default:
                return answer_all(request);
        }
    }
    random_source random_;
};

struct night_result {
    std::uint64_t trace;
    std::uint64_t requests;
};

night_result spend_a_night(std::uint64_t seed) {
    settings settings;
    settings.batch_size = batch_size;
    settings.window = batch_size * 67;
    settings.pace.limits = {rate_limit{5, 1s}};
    settings.seed = seed;
    model_run run(settings, night(seed));
    run.keep_rows(false);
    run.list_cards(cards);
    run.execute(48h, 32);
    EXPECT_TRUE(run.dispatch().is_finished());
    EXPECT_EQ(run.rows_written(), cards);
    EXPECT_EQ(run.wrong_rows(), 0U);
    EXPECT_EQ(run.count_of(card::outcome_kind::resolved), cards) << "no card is failed by an outage";
    EXPECT_LE(run.most_in_flight(), 32U);
    constexpr double ideal = static_cast<double>(cards) / batch_size;
    EXPECT_LE(static_cast<double>(run.request_count()), ideal * 1.12);
    std::printf("seed %llu: %llu requests, %.2f hours of virtual time, trace %016llx\n",
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(run.request_count()),
                std::chrono::duration<double, std::ratio<3600>>(run.elapsed()).count(),
                static_cast<unsigned long long>(run.trace()));
    return {run.trace(), run.request_count()};
}

TEST(night, answers_every_card_and_repeats_itself_from_its_seed) {
    const auto first = spend_a_night(1);
    EXPECT_GE(first.requests, 100'000U);
    EXPECT_EQ(spend_a_night(1).trace, first.trace);
    EXPECT_NE(spend_a_night(2).trace, first.trace);
}

/// One way for a carrier to be away.
struct outage_form {
    const char* name;
    model_opening opening;
    model_answer answer;
    duration first_probe = 5s;  ///< later where all permits hang with the first requests
};

std::vector<outage_form> outage_forms() {
    const auto after = [](duration latency, model_answer answer) {
        answer.latency = latency;
        return answer;
    };
    return {{"NW2 refused", {1ms, true}, after(1ms, failing(card::failure_kind::closed))},
            {"NW2 black-holed", {10s, true}, after(25s, failing(card::failure_kind::timeout))},
            {"NW3 reset", {20ms, false}, after(20ms, failing(card::failure_kind::closed))},
            {"NW4 stalled", {20ms, false}, after(25s, failing(card::failure_kind::timeout)), 26s},
            {"HT1 500", {20ms, false}, after(20ms, http_status(500))}};
}

/// Two hours' work, and an outage of an hour in the middle of it.
class hour_of_outage {
public:
    hour_of_outage(const outage_form& form, std::uint64_t seed)
        : form_(form), run_(paced(seed), [this](const auto& request) { return ask(request); }) {
        run_.open_by([this](time_point at) { return open(at); });
        run_.keep_rows(false);
        run_.list_cards(card_count);
        run_.execute(4h, 16);
    }

    void check() {
        EXPECT_EQ(run_.count_of(card::outcome_kind::resolved), card_count) << "no card pays for an outage";
        EXPECT_LE(static_cast<double>(run_.request_count()), 1.02 * requests);
        check_probes();
        const auto usual = count(begin - 20s, begin);
        EXPECT_GE(count(end + 10s, end + 30s) + 2, usual) << "full speed again";
        for (auto at = end; at < end + 1min; at += 100ms)
            EXPECT_LE(count(at, at + 1s), per_second) << "no burst";
        EXPECT_LE(why_not_down_, 0U);
    }

private:
    static constexpr std::uint64_t per_second = 10;
    static constexpr std::uint64_t requests = 2 * 3600 * 9;
    static constexpr std::uint64_t cards_each = 2;
    static constexpr std::uint64_t card_count = requests * cards_each;
    static constexpr time_point begin = model_run::start + 1h;
    static constexpr time_point end = begin + 1h;

    static settings paced(std::uint64_t seed) {
        settings chosen;
        chosen.batch_size = cards_each;
        chosen.window = cards_each * 35;
        chosen.pace.limits = {rate_limit{per_second, 1s}};
        chosen.seed = seed;
        return chosen;
    }
    static bool is_down(const dispatcher& dispatcher, time_point at) {
        const auto standing = dispatcher.standing_still(at);
        return standing && standing->why == hold_reason::down;
    }
    static bool is_away(time_point at) { return at >= begin && at < end; }
    model_answer ask(const model_request& request) {
        sent_.push_back(request.at);
        if (!is_away(request.at)) return answer_all(request);
        probes_.push_back(request.at);
        if (request.at > begin + 1min && !is_down(run_.dispatch(), request.at)) ++why_not_down_;
        return form_.answer;
    }
    model_opening open(time_point at) {
        if (!is_away(at)) return {};
        if (form_.opening.fails) probes_.push_back(at);
        return form_.opening;
    }
    std::uint64_t count(time_point from, time_point to) const {
        return static_cast<std::uint64_t>(std::lower_bound(sent_.begin(), sent_.end(), to) -
                                          std::lower_bound(sent_.begin(), sent_.end(), from));
    }
    /// After ten seconds never two in a second, and never none in five.
    void check_probes() const {
        auto last = begin;
        duration longest{};
        for (const auto at : probes_) {
            if (at > begin + 10s) {
                ASSERT_GE(at - last, 1s) << (at - begin) / 1ms;
            }
            if (at > begin + form_.first_probe) longest = std::max(longest, at - last);
            last = at;
        }
        EXPECT_LE(std::max(longest, end - last), 5s);
        std::printf("%s: %zu probes, %zu requests\n", form_.name, probes_.size(), sent_.size());
    }

    const outage_form& form_;
    std::vector<time_point> sent_;
    std::vector<time_point> probes_;
    std::uint64_t why_not_down_ = 0;
    model_run run_;
};

TEST(night, NW2_NW3_NW4_HT1_an_hour_of_outage_costs_little_whatever_form_it_takes) {
    for (const auto& form : outage_forms()) {
        SCOPED_TRACE(form.name);
        hour_of_outage(form, 11).check();
    }
}

/// Requests hang in all connections, and would for another five seconds.
TEST(night, NW4_goes_on_soon_after_a_short_stall_in_all_connections) {
    constexpr auto begin = model_run::start + 1min;
    constexpr auto end = begin + 20s;
    settings chosen;
    chosen.batch_size = 2;
    chosen.window = 70;
    chosen.pace.limits = {rate_limit{100, 1s}};
    std::uint64_t hanging = 0;
    std::vector<time_point> sent;
    model_run run(chosen, [&](const model_request& request) {
        sent.push_back(request.at);
        if (request.at < begin || request.at >= end) return answer_all(request);
        ++hanging;
        auto answer = failing(card::failure_kind::timeout);
        answer.latency = 25s;
        return answer;
    });
    run.open_by([](time_point) { return model_opening{}; });
    run.list_cards(40'000);
    run.execute(1h, 16);
    EXPECT_EQ(run.count_of(card::outcome_kind::resolved), 40'000U);
    EXPECT_EQ(hanging, 16U + 4U) << "all connections, and probes in some more";
    const auto again = std::lower_bound(sent.begin(), sent.end(), end + 5s);
    EXPECT_GE(std::lower_bound(again, sent.end(), end + 15s) - again, 900);
    EXPECT_EQ(run.dispatch().counts().timed_out, 0U) << "what hung was given up";
}

/// A quota of 500 requests a day, and a list that needs 800.
TEST(night, RL3_finishes_the_next_day_what_the_days_quota_does_not_suffice_for) {
    constexpr std::uint64_t needed = 800;
    constexpr auto reset = model_run::start + 5h;
    settings chosen;
    chosen.batch_size = 2;
    chosen.window = 70;
    chosen.pace.limits = {rate_limit{10, 1s}};
    std::uint64_t accepted = 0;
    std::vector<time_point> refused;
    model_run* running = nullptr;
    model_run run(chosen, [&](const model_request& request) {
        const bool is_next_day = request.at >= reset;
        if (accepted < (is_next_day ? 1000U : 500U)) {
            ++accepted;
            return answer_all(request);
        }
        if (!refused.empty() && request.at > refused.front() + 5min) {
            const auto standing = running->dispatch().standing_still(request.at);
            EXPECT_TRUE(standing && standing->why == hold_reason::quota_spent && standing->until == reset);
            EXPECT_GE(request.at - refused.back(), 1min);
        }
        refused.push_back(request.at);
        return top_status("71");
    });
    running = &run;
    run.dispatch().set_day_reset(reset, model_run::start);
    run.list_cards(needed * chosen.batch_size);
    run.execute();
    EXPECT_EQ(run.count_of(card::outcome_kind::resolved), needed * chosen.batch_size);
    EXPECT_EQ(accepted, needed);
    EXPECT_LE(run.elapsed(), 5h + 45s) << "it takes half a minute";
    EXPECT_LE(refused.size(), 5 * 60 + 15U);
    EXPECT_GE(refused.size(), 4 * 60U) << "the quota may come back before the day ends";
}

/// Failures that come fast use up attempts fast: the first seconds of an outage, before it is known to be
/// one.
TEST(night, charges_no_card_for_a_sudden_outage_whatever_the_seed_and_the_rate) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        settings settings;
        settings.batch_size = batch_size;
        settings.window = batch_size * 67;
        settings.pace.limits = {rate_limit{2 + seed % 9, 1s}};
        settings.seed = seed;
        model_run run(settings, [](const model_request& request) {
            const auto since = request.at - model_run::start;
            const bool is_down = (since > 20s && since < 5min) || (since > 6min && since < 8min);
            auto answer = is_down ? failing(card::failure_kind::closed) : answer_all(request);
            if (is_down) answer.latency = 1ms;
            return answer;
        });
        run.keep_rows(false);
        run.list_cards(20'000);
        run.execute();
        EXPECT_EQ(run.count_of(card::outcome_kind::resolved), 20'000U);
    }
}

/// A slow rate and a long time-out: there are few failures to know an outage by.
TEST(night, NW4_charges_no_card_for_a_long_stall_at_a_low_rate) {
    for (const std::uint64_t per_second : {1U, 2U, 10U}) {
        SCOPED_TRACE(per_second);
        settings settings;
        settings.batch_size = batch_size;
        settings.window = batch_size * 67;
        settings.pace.limits = {rate_limit{per_second, 1s}};
        model_run run(settings, [](const model_request& request) {
            const auto since = request.at - model_run::start;
            if (since <= 20s || since >= 1h) return answer_all(request);
            auto answer = failing(card::failure_kind::timeout);
            answer.latency = 25s;
            return answer;
        });
        run.keep_rows(false);
        run.list_cards(2'000);
        run.execute();
        EXPECT_EQ(run.count_of(card::outcome_kind::resolved), 2'000U);
    }
}

}  // namespace
}  // namespace cardresolver::dispatch::testing_support
