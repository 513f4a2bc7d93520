// How a plan is put into words. Pure.
#pragma once

#include "run/plan/forecast.hpp"
#include "run/plan/list_counts.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::app {

struct plan_deadline {
    std::chrono::system_clock::time_point at;
    bool holds = false;
};

/// All that a plan says.
struct plan_view {
    std::string input;  ///< as the user named it
    run::list_counts counts;
    run::forecast expected;
    std::size_t batch_size = 100;
    std::vector<dispatch::rate_limit> limits;  ///< none: unlimited
    bool finds_limit = false;                  ///< the carrier's limit is looked for
    bool has_schedule = false;                 ///< limits change with the clock
    std::optional<plan_deadline> deadline;
};

/// Lines for people, of any length of list.
std::string format_plan(const plan_view& view);

/// One object of JSON (RFC 8259) and a line break. Its keys:
/// `input{path,lines,bytes,records}`, `cards{total,iccid,imsi,msisdn}` (records with a card number),
/// `distinct{…}` (different cards, likewise), `duplicates`, `invalid{total,reasons[{count,first_line,
/// message}]}`, `batch_size`, `requests{least,most}`, `rate[…]`, `schedule`, `time_s{least,most}` (`null`:
/// unlimited), `daily_quota[{limit,share{least,most}}]`, `deadline{at,holds}` (`null`: none).
std::string format_plan_json(const plan_view& view);

}  // namespace cardresolver::app
