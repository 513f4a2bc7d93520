// What a probe of the carrier proves, step by step, in words that tell what to do. Pure.
#pragma once

#include "app/exit_code.hpp"
#include "card/number.hpp"
#include "carrier/base_url.hpp"
#include "carrier/status_catalogue.hpp"
#include "run/carrier_probe.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::app {

enum class step_state : std::uint8_t { ok, warning, failed };

struct check_step {
    std::string_view name;
    step_state state = step_state::ok;
    std::string text;  ///< what was found; may have several lines
    std::string hint;  ///< what to do; empty: nothing
};

/// The steps up to the first that failed, which decides the code.
struct check_report {
    std::vector<check_step> steps;
    exit_code code = exit_code::success;
};

/// What the probe's result does not know. Refers to its parts.
struct probe_facts {
    const carrier::base_url& url;
    bool has_proxy = false;
    card::card_number number;  ///< the one that was asked
    const carrier::status_catalogue& catalogue;
};

/// The local clock may differ by so much from the carrier's before that is a warning.
inline constexpr std::chrono::seconds tolerated_skew{60};

check_report judge_probe(const run::probe_result& result, const probe_facts& facts);

/// The step as lines: name, state, text, and the hint below.
std::string format_step(const check_step& step);

}  // namespace cardresolver::app
