// A whole night in virtual time.
#include "dispatch/model_carrier.hpp"
#include "dispatch/random.hpp"

#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace cardresolver::dispatch::testing_support
